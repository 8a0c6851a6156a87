/** What one POST leads to: a request answered, a notification or a reply taken, or a refusal. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, JsonRpcRequest, JsonRpcResponse, RequestContext, Session } from '../dialects/dialect.ts';
import { errorAnswer, isRequest, RpcFault } from '../dialects/json-rpc.ts';
import type { ClientRequests } from './client-requests.ts';
import { createHttpAnswer } from './http-answer.ts';
import { refuse } from './http-guard.ts';
import { abort, type InFlight } from './in-flight.ts';
import { type ClientResponse, parseMessage } from './message.ts';
import { headerMismatch } from './modern-headers.ts';
import { readBody } from './request-body.ts';
import { chooseSession, SESSION_HEADER } from './session-choice.ts';
import type { Sessions } from './sessions.ts';
import { asError } from './transport.ts';

/** What all POSTs to one address share. */
export interface HttpFace {
  readonly dialect: Dialect;
  readonly bodyBytesMax: number;
  readonly onError: ((error: Error) => void) | undefined;
  readonly sessions: Sessions;
  readonly inFlight: InFlight;
  readonly requests: ClientRequests;
}

export async function post(
  face: HttpFace,
  principal: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, face.bodyBytesMax);
  if (body === 'too-large') return refuse(response, 413, 'The message is too large', { connection: 'close' });
  const parsed = parseMessage(body);
  if (parsed.kind === 'response') return takeReply(face, principal, parsed.response, request, response);
  if (parsed.kind === 'invalid') return answerNow(response, errorAnswer(parsed.id, parsed.fault));
  const { message } = parsed;
  if (!face.dialect.meta.sessions) {
    if (!isRequest(message)) return accepted(response);
    const mismatch = headerMismatch(request.headers, message);
    if (mismatch !== undefined) return answerNow(response, errorAnswer(message.id, mismatch));
    return respond(face, { principal, message, session: { id: '' }, response });
  }
  const choice = chooseSession(face.sessions, principal, message.method, request.headers);
  if (choice instanceof RpcFault) {
    return answerNow(response, errorAnswer(isRequest(message) ? message.id : null, choice));
  }
  if (isRequest(message)) return respond(face, { principal, message, response, ...choice });
  face.inFlight.cancel(choice.session.id, message);
  accepted(response);
}

/** A reply to what was asked on a stream of the same session. */
async function takeReply(
  face: HttpFace,
  principal: string,
  answered: ClientResponse,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (face.dialect.meta.sessions) {
    const choice = chooseSession(face.sessions, principal, undefined, headers);
    if (choice instanceof RpcFault) {
      answerNow(response, errorAnswer(null, choice));
      return;
    }
    // The request may have gone out on a stream of another process: its id says what the reply is to.
    const about = face.requests.reply(choice.session.id, answered);
    if (about !== undefined) await face.dialect.takeReply?.({ principal, about, reply: answered.reply });
  }
  accepted(response); // Without sessions nothing was asked, and a reply means nothing.
}

interface Exchange {
  readonly principal: string;
  readonly message: JsonRpcRequest;
  readonly session: Session;
  /** The session begins with this request, if it is answered well. */
  readonly isNew?: boolean;
  readonly response: ServerResponse;
}

async function respond(face: HttpFace, exchange: Exchange): Promise<void> {
  const { dialect, sessions, inFlight, requests } = face;
  const { principal, message, session, response } = exchange;
  const controller = inFlight.add(session.id, message.id);
  // Up to 2025-11-25 a lost connection says nothing about the request; in 2026-07-28 closing it is how to cancel.
  const onClose = (): void => abort(controller, dialect.meta.sessions ? 'disconnected' : 'cancelled');
  response.once('close', onClose);
  const answer = createHttpAnswer(response);
  const context = new HttpContext(exchange, controller, answer.say);
  if (dialect.meta.sessions) {
    context.request = (asked, whileWanted) => requests.ask(session.id, asked, answer.say, whileWanted);
  }
  try {
    const reply = await dialect.handle(message, context);
    const begins = exchange.isNew === true && reply !== undefined && 'result' in reply;
    answer.finish(reply, begins ? { [SESSION_HEADER]: sessions.keep(session, principal) } : {});
  } catch (thrown) {
    face.onError?.(asError(thrown));
    answer.finish(errorAnswer(message.id, thrown));
  } finally {
    response.off('close', onClose);
    inFlight.done(session.id, message.id, controller);
  }
}

/**
 * A class for the sake of its accessor: one in an object literal gives each object a shape of its own, which the collector of young
 * objects takes for alive, with the request and all it hangs on. A fifth of the time went into copying those.
 */
class HttpContext implements RequestContext {
  readonly principal: string;
  readonly transport = 'http';
  readonly session: Session;
  readonly notify: RequestContext['notify'];
  request?: NonNullable<RequestContext['request']>;
  readonly #controller: AbortController;

  constructor({ principal, session }: Exchange, controller: AbortController, notify: RequestContext['notify']) {
    this.principal = principal;
    this.session = session;
    this.notify = notify;
    this.#controller = controller;
  }

  /** Made when somebody looks: most requests are answered before anybody would. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}

function accepted(response: ServerResponse): void {
  response.writeHead(202).end();
}

function answerNow(response: ServerResponse, reply: JsonRpcResponse): void {
  createHttpAnswer(response).finish(reply);
}
