import type { Draft } from '../model/draft.ts';

/** JSON-RPC 2.0 as it goes over the wire, and narrow readings of values that a foreign server sent. */

export type JsonObject = Readonly<Record<string, unknown>>;
export type RpcId = number | string;

export interface RpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly method: string;
  readonly params?: JsonObject;
}

export interface RpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
}

/** Our answer to a request of the server. */
export interface RpcAnswer {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly result?: JsonObject;
  readonly error?: RpcError;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A reply as received: `result` or `error`, whichever it carries; what it holds is not yet checked. */
export interface RpcReply {
  readonly id: RpcId | null;
  readonly result?: unknown;
  readonly error?: unknown;
}

export type RpcIncoming =
  | { readonly kind: 'reply'; readonly reply: RpcReply; readonly raw: JsonObject }
  | { readonly kind: 'request'; readonly request: RpcRequest }
  | { readonly kind: 'notification'; readonly notification: RpcNotification }
  | { readonly kind: 'garbage'; readonly why: string };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lists and objects inside each other beyond this make no message: everything that looks at a value calls itself for each of
 * them, down to what writes it into the history, and would run out of stack at a few thousand. Replies have a dozen.
 */
const DEPTH_MAX = 500;

/** The JSON value in `text`, or undefined when it does not parse (JSON itself has no undefined) or is nested without reason. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(text) ? undefined : value;
  } catch {
    // What a server sends is data: the caller reports it as garbled.
    return undefined;
  }
}

/** Sorts one parsed message into reply, request or notification; anything else is garbage with the reason. */
export function readMessage(value: unknown): RpcIncoming {
  if (!isObject(value)) return { kind: 'garbage', why: 'not a JSON object' };
  const { id, method } = value;
  if (typeof method === 'string') {
    const { params } = value;
    if (isRpcId(id)) {
      const request: Draft<RpcRequest> = { jsonrpc: '2.0', id, method };
      if (isObject(params)) request.params = params;
      return { kind: 'request', request };
    }
    const notification: Draft<RpcNotification> = { jsonrpc: '2.0', method };
    if (isObject(params)) notification.params = params;
    return { kind: 'notification', notification };
  }
  if (!('result' in value) && !('error' in value)) {
    return { kind: 'garbage', why: 'a message without method, result and error' };
  }
  if (!isRpcId(id) && id !== null && id !== undefined) return { kind: 'garbage', why: 'the id is no string or number' };
  const reply: Draft<RpcReply> = { id: id ?? null };
  if ('result' in value) reply.result = value.result;
  if ('error' in value) reply.error = value.error;
  return { kind: 'reply', reply, raw: value };
}

/** The error object of a reply in the shape every caller can rely on; what is missing becomes 0 and ''. */
export function readError(error: unknown): RpcError {
  if (!isObject(error)) return { code: 0, message: typeof error === 'string' ? error : '' };
  const code = typeof error.code === 'number' ? error.code : 0;
  const message = typeof error.message === 'string' ? error.message : '';
  return { code, message, ...('data' in error ? { data: error.data } : {}) };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Of a text that is JSON. */
function isTooDeep(text: string): boolean {
  // Each level takes two characters: nearly every message is settled by its length.
  if (text.length <= 2 * DEPTH_MAX) return false;
  let depth = 0;
  let isString = false;
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (isString) {
      if (code === BACKSLASH) place += 1;
      else if (code === QUOTE) isString = false;
    } else if (code === QUOTE) isString = true;
    else if (CLOSING.has(code)) depth -= 1;
    else if (OPENING.has(code)) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    }
  }
  return false;
}

function isRpcId(value: unknown): value is RpcId {
  return typeof value === 'string' || typeof value === 'number';
}
