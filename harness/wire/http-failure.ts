import { isObject } from './json-rpc.ts';
import type { Unanswered } from './wire.ts';

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
  'CONNECT_TIMEOUT',
]);
const RESET: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);

/** Causes are followed this deep. */
const CAUSE_DEPTH_MAX = 5;

interface Cause {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** What a failed exchange means for the request. A connection that ended in an orderly way is `eof`. */
export function httpFailure(error: unknown): Unanswered {
  const chain = causes(error);
  const message = chain.map((link) => link.message).find((text) => text !== '') ?? 'the connection failed';
  if (chain.some(({ code }) => NEVER_SENT.has(code))) return { kind: 'refused', message };
  if (chain.some(({ code }) => RESET.has(code))) return { kind: 'reset', message };
  if (chain.some(({ name }) => name === 'HTTPParserError')) return { kind: 'garbled', message, http: null, text: '' };
  return { kind: 'eof', message };
}

function causes(error: unknown): Cause[] {
  const chain: Cause[] = [];
  for (let next = error; isObject(next) && chain.length < CAUSE_DEPTH_MAX; next = next.cause) {
    const { name, code, message } = next;
    chain.push({ name: textOf(name), code: textOf(code), message: textOf(message) });
  }
  return chain;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
