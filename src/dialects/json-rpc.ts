/** JSON-RPC 2.0: error codes, reading of untrusted values, building of answers. */
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from './dialect.ts';

export { MISSING_CLIENT_CAPABILITY } from '../tasks/input-methods.ts';

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
/** This server cannot take or finish the request now; `data.reason` is full, draining, cancelled or rate-limited. */
export const REFUSED = -32_000;
/** 2026-07-28: the HTTP headers say something else than the message. */
export const HEADER_MISMATCH = -32_020;
export const UNSUPPORTED_VERSION = -32_022;

export type JsonObject = Readonly<Record<string, unknown>>;

/** An error that becomes the JSON-RPC answer of the request whose handler throws it. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly code: number;
  readonly data: unknown;
  readonly httpStatus: number | undefined;

  constructor(code: number, message: string, options: { readonly data?: unknown; readonly httpStatus?: number } = {}) {
    super(message);
    this.code = code;
    this.data = options.data;
    this.httpStatus = options.httpStatus;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'id' in message;
}

/** The string at `key`. Throws -32602 when there is none. */
export function requiredString(params: JsonObject, key: string): string {
  const value = params[key];
  if (typeof value === 'string') return value;
  throw new RpcFault(INVALID_PARAMS, `params.${key} must be a string, got ${describe(value)}`);
}

/** What a value is, in a word, for an error message; never its content. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

export function resultAnswer(id: JsonRpcRequest['id'], result: unknown): JsonRpcResponse {
  return { jsonrpc: '2.0', id, result };
}

/** The error answer for whatever a handler threw; what is no RpcFault is our own fault and stays inside. */
export function errorAnswer(id: JsonRpcRequest['id'] | null, thrown: unknown): JsonRpcResponse {
  if (!(thrown instanceof RpcFault)) {
    return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message: 'Internal error' } };
  }
  const { code, message, data, httpStatus } = thrown;
  return {
    jsonrpc: '2.0',
    id,
    error: data === undefined ? { code, message } : { code, message, data },
    ...(httpStatus === undefined ? {} : { httpStatus }),
  };
}
