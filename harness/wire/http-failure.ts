import { isObject } from './json-rpc.ts';
import type { RawReply } from './wire.ts';

/** No connection was made, so no byte of the request left: the operation definitely did not happen. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const RESET: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);

/** Causes are followed this deep: undici wraps once or twice. */
const CAUSE_DEPTH_MAX = 5;

/** What a failed exchange means for the request. A connection that ended in an orderly way is `eof`. */
export function httpFailure(error: unknown): RawReply {
  const chain = causes(error);
  const message = chain.map((link) => link.message).find((text) => text !== '') ?? 'the connection failed';
  const codes = chain.map((link) => link.code);
  if (codes.some((code) => NEVER_SENT.has(code))) return { kind: 'refused', message };
  if (codes.some((code) => RESET.has(code))) return { kind: 'reset', message };
  if (codes.some((code) => code.startsWith('HPE_'))) return { kind: 'garbled', message, http: null, text: '' };
  return { kind: 'eof', message };
}

function causes(error: unknown): { readonly code: string; readonly message: string }[] {
  const chain: { code: string; message: string }[] = [];
  for (let next = error; isObject(next) && chain.length < CAUSE_DEPTH_MAX; next = next.cause) {
    const code = typeof next.code === 'string' ? next.code : '';
    chain.push({ code, message: typeof next.message === 'string' ? next.message : '' });
  }
  return chain;
}
