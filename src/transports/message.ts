/** Text to message and back: JSON-RPC 2.0, one message at a time. */
import type { ClientReply, JsonRpcMessage, JsonRpcResponse } from '../dialects/dialect.ts';
import {
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isObject,
  type JsonObject,
  PARSE_ERROR,
  RpcFault,
} from '../dialects/json-rpc.ts';
import { DEPTH_MAX, isTooDeep } from './nesting.ts';

export type Parsed =
  | { readonly kind: 'message'; readonly message: JsonRpcMessage }
  /** A reply to a request of ours. */
  | { readonly kind: 'response'; readonly response: ClientResponse }
  | { readonly kind: 'invalid'; readonly fault: RpcFault; readonly id: number | string | null };

export interface ClientResponse {
  /** null: to no request that we could know. */
  readonly id: number | string | null;
  readonly reply: ClientReply;
}

export function parseMessage(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', fault: new RpcFault(PARSE_ERROR, 'Parse error: this is not JSON', BAD), id: null };
  }
  if (!isObject(value)) {
    return invalid(Array.isArray(value) ? 'batches are not supported' : 'a message is an object', null);
  }
  const { id, method, params } = value;
  const knownId = typeof id === 'string' || typeof id === 'number' ? id : null;
  if (isTooDeep(value, text.length)) return invalid(`nested deeper than ${DEPTH_MAX} levels`, knownId);
  if (value.jsonrpc !== '2.0') return invalid("jsonrpc must be '2.0'", knownId);
  if (method === undefined && ('result' in value || 'error' in value)) {
    return { kind: 'response', response: { id: knownId, reply: replyOf(value) } };
  }
  if (typeof method !== 'string') return invalid('method must be a string', knownId);
  if (params !== undefined && !isObject(params)) return invalid('params must be an object', knownId);
  const rest = params === undefined ? { method } : { method, params };
  if (id === undefined) return { kind: 'message', message: { jsonrpc: '2.0', ...rest } };
  if (knownId === null) return invalid('id must be a string or a number', null);
  return { kind: 'message', message: { jsonrpc: '2.0', id: knownId, ...rest } };
}

function replyOf({ result, error }: JsonObject): ClientReply {
  if (error === undefined) return { kind: 'result', result };
  const { code, message } = isObject(error) ? error : {};
  return {
    kind: 'error',
    error: {
      code: typeof code === 'number' ? code : INTERNAL_ERROR,
      message: typeof message === 'string' ? message : 'an error without a message',
    },
  };
}

/** One line of JSON; what an answer says to its transport stays here. */
export function encode(message: JsonRpcResponse | JsonRpcMessage): string {
  if ('method' in message) return JSON.stringify(message);
  const { jsonrpc, id } = message;
  if ('error' in message) return JSON.stringify({ jsonrpc, id, error: message.error });
  return JSON.stringify({ jsonrpc, id, result: message.result });
}

const BAD = { httpStatus: 400 } as const;

function invalid(why: string, id: number | string | null): Parsed {
  return { kind: 'invalid', fault: new RpcFault(INVALID_REQUEST, `Invalid request: ${why}`, BAD), id };
}
