import { messageOf } from '../../model/usage-error.ts';
import { isObject, type RpcId, type RpcNotification, type RpcRequest } from '../../wire/json-rpc.ts';
import type { AskedRequest, ClientReply } from './client-requests.ts';
import { errorText, INTERNAL_ERROR } from './http-answers.ts';

/** A server that answers one JSON-RPC message at a time. */
export interface MessageHandler {
  /** The answer to a request; undefined for notifications. An error answer may carry `httpStatus`, which is not sent on. */
  handle(message: RpcRequest | RpcNotification, context: HandlerContext): unknown;
  /** Asked to end. `close` is taken where there is no `stop`. */
  stop?(): unknown;
  close?(): unknown;
  /** false: an answered initialize begins no session over HTTP. Default true. */
  readonly sessions?: boolean;
}

/** The same as the reference server's dialects are given (src/dialects/dialect.ts, RequestContext). */
export interface HandlerContext {
  readonly principal: string;
  readonly transport: 'stdio' | 'http';
  readonly session: HandlerSession;
  /** Aborted when nobody waits for the answer; its reason: 'cancelled' (the caller wants the work stopped) or 'disconnected'. */
  readonly signal: AbortSignal;
  notify(notification: unknown): void;
  /** Asks the client; left out where there is no session in which its reply could come back. */
  request?(request: AskedRequest, signal: AbortSignal): Promise<ClientReply>;
}

export interface HandlerSession {
  readonly id: string;
}

/** What came of one request. */
export interface Answered {
  readonly message: unknown;
  /** The text says all of the message. */
  readonly isWhole: boolean;
  /** undefined: it gave none. */
  readonly text: string | undefined;
  readonly status: number;
}

/** What the handler answers; what it throws becomes a JSON-RPC error, as every transport does it. */
export async function answerOf(
  server: MessageHandler,
  message: RpcRequest,
  context: HandlerContext,
): Promise<Answered> {
  try {
    return answeredWith(await server.handle(message, context));
  } catch (error) {
    return answeredFor(message, error);
  }
}

/** What a handler gave, as it is sent. */
export function answeredWith(answer: unknown): Answered {
  if (!isObject(answer)) return { message: answer, isWhole: false, text: undefined, status: 200 };
  if (!('httpStatus' in answer)) return { message: answer, isWhole: true, text: JSON.stringify(answer), status: 200 };
  const { httpStatus, ...sent } = answer;
  const isRefused = 'error' in answer && typeof httpStatus === 'number';
  return { message: answer, isWhole: false, text: JSON.stringify(sent), status: isRefused ? httpStatus : 200 };
}

/** The same where it threw. */
export function answeredFor({ id }: RpcRequest, error: unknown): Answered {
  const why = messageOf(error);
  return { message: null, isWhole: false, text: errorText(id, INTERNAL_ERROR, why), status: 200 };
}

/** Nobody hears of what goes wrong with a notification; the server's own log does. */
export function tell(server: MessageHandler, message: RpcNotification, context: HandlerContext): void {
  const fail = (error: unknown) => console.error(`${message.method}:`, error);
  try {
    Promise.resolve(server.handle(message, context)).catch(fail);
  } catch (error) {
    fail(error);
  }
}

/** The request that a notification cancels; null: it cancels none. */
export function cancelledId({ method, params }: RpcNotification): RpcId | null {
  const id = params?.requestId;
  return method === 'notifications/cancelled' && (typeof id === 'string' || typeof id === 'number') ? id : null;
}
