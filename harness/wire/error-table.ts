import type { Operation, Reason } from '../model/operation.ts';
import type { UnsureOutcome } from '../model/outcome.ts';
import type { OperationInput } from './dialects/adapter.ts';
import { isObject, type RpcError, readError } from './json-rpc.ts';
import type { AnsweredReply, HttpHeaders, Unanswered } from './wire.ts';

/**
 * Which answers prove that nothing happened (`fail`) and which leave it open (`info`), by operation.
 *
 *   create   never sent; codes and HTTP statuses of the two lists below -> fail; everything else -> info
 *   get      "no such task" (-32602, or by the message) -> fail not-found
 *   result   the same; an error of a task that get shows as failed is its outcome (the adapter decides that)
 *   update   as get: what is not known as definitely refused may have been taken
 *   cancel   "no such task" by the message alone -> fail not-found; any other error -> fail refused
 *   any      HTTP 400/404 that names the session, or any 4xx with a session after a restart -> session-lost
 *   any      an answer of our own gateway -> info
 */
const DEFINITE_CODES: ReadonlySet<number> = new Set([-32600, -32601, -32602, -32020, -32021, -32022]);
const DEFINITE_HTTP: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 429]);
const INTERNAL_ERROR = -32603;
const INVALID_PARAMS = -32602;

const NOT_FOUND = /not found|unknown task|no such|expired/i;
const CONFLICT = /conflict|different arguments|other arguments|already used/i;
const FULL = /\bfull\b|at capacity|overloaded|too many tasks/i;
const UNAVAILABLE = /\bunavailable\b|circuit (is )?open/i;
/** The server itself says that the call left nothing behind; S6 holds it to its word. */
const NOTHING_STARTED = /nothing (was|has been) (started|done)/i;
const RATE = /rate.?limit|too many requests/i;

/** A message is quoted in the history up to this length; whole frames stand beside it. */
const MESSAGE_CHARS_MAX = 500;

type Situation = Pick<OperationInput, 'session' | 'restarted'>;

/** The outcome of an operation that got no JSON-RPC message at all. */
export function unanswered(op: Operation, reply: Unanswered, situation: Situation): UnsureOutcome {
  switch (reply.kind) {
    case 'refused':
      return { type: 'fail', reason: 'refused', message: quote(reply.message) };
    case 'timeout':
      return { type: 'info', reason: 'timeout', ...(reply.aborted ? { message: endOf(op) } : {}) };
    case 'reset':
    case 'eof':
      return { type: 'info', reason: reply.kind, message: quote(reply.message) };
    case 'garbled':
      return { type: 'info', reason: 'garbled', message: quote(reply.message), ...httpOf(reply.http) };
    case 'gateway':
      return { type: 'info', reason: 'http', gateway: true, message: quote(reply.text), ...httpOf(reply.http) };
    case 'http': {
      const told = {
        http: reply.http,
        message: quote(reply.text),
        answered: true,
        ...patienceOf(reply.headers, undefined),
      };
      if (losesSession(reply.http, reply.text, true, situation)) return sessionLost(op, told);
      return { type: 'info', reason: reply.http === 429 ? 'rate-limited' : 'http', ...told };
    }
  }
}

/** Why nobody waits any more. */
function endOf(op: Operation): string {
  return op === 'listen' ? 'no more news was needed' : 'the run ended';
}

/** The outcome of an operation that was answered with a JSON-RPC error. */
export function answeredError(
  op: Operation,
  reply: AnsweredReply,
  situation: Situation,
  shape: readonly string[],
): UnsureOutcome {
  const error = readError(reply.message.error);
  const told = {
    code: error.code,
    message: quote(error.message),
    answered: true,
    shape,
    ...httpOf(reply.http),
    ...patienceOf(reply.headers, error.data),
  };
  if (losesSession(reply.http, error.message, false, situation)) return sessionLost(op, told);
  if (op === 'cancel') return { type: 'fail', reason: isMissing(error.message) ? 'not-found' : 'refused', ...told };
  if (
    (op === 'get' || op === 'result' || op === 'update') &&
    (error.code === INVALID_PARAMS || isMissing(error.message))
  ) {
    return { type: 'fail', reason: 'not-found', ...told };
  }
  const isDenied = op === 'create' && NOTHING_STARTED.test(error.message);
  return {
    type: isDenied || isDefinite(error, reply.http) ? 'fail' : 'info',
    reason: reasonOf(error, reply.http),
    ...told,
  };
}

/** An answer that is JSON-RPC but not an answer to this operation (no task, no result): nobody knows what it did. */
export function unreadable(reply: AnsweredReply, shape: readonly string[], why?: string): UnsureOutcome {
  const message = why ?? shape[0] ?? 'the result has neither a task nor content';
  return { type: 'info', reason: 'garbled', message: quote(message), answered: true, shape, ...httpOf(reply.http) };
}

/** The words by which servers say that they do not know a task. */
export function isMissing(message: string): boolean {
  return NOT_FOUND.test(message);
}

/** Why a call was refused, by the words of the refusal. */
export function refusalReason(message: string): Reason {
  if (RATE.test(message)) return FULL.test(message) ? 'full' : 'rate-limited';
  if (CONFLICT.test(message)) return 'conflict';
  if (UNAVAILABLE.test(message)) return 'unavailable';
  return FULL.test(message) ? 'full' : 'refused';
}

function isDefinite(error: RpcError, http: number | null): boolean {
  if (http !== null && http >= 400 && !DEFINITE_HTTP.has(http)) return false;
  if (DEFINITE_CODES.has(error.code)) return true;
  return http !== null && DEFINITE_HTTP.has(http) && error.code !== INTERNAL_ERROR;
}

function reasonOf(error: RpcError, http: number | null): Reason {
  const told = refusalReason(error.message);
  return http === 429 && told !== 'full' ? 'rate-limited' : told;
}

function losesSession(http: number | null, text: string, bare: boolean, situation: Situation): boolean {
  if (http === null || http < 400 || http >= 500) return false;
  if ((http === 400 || http === 404) && /session/i.test(text)) return true;
  if (!situation.session) return false;
  // A 404 without a JSON-RPC error is how the specification says that a session is gone.
  return situation.restarted || (http === 404 && bare);
}

function sessionLost(op: Operation, told: Omit<UnsureOutcome, 'type' | 'reason'>): UnsureOutcome {
  return { type: op === 'create' ? 'fail' : 'info', reason: 'session-lost', ...told };
}

function httpOf(http: number | null): { readonly http?: number } {
  return http === null ? {} : { http };
}

/** How long the server asks to stay away: in the error's data to the ms, else in the header Retry-After (in seconds). */
function patienceOf(headers: HttpHeaders, data: unknown): { readonly retryAfterMs?: number } {
  const exact = isObject(data) ? data.retryAfterMs : undefined;
  if (typeof exact === 'number' && exact >= 0) return { retryAfterMs: exact };
  const header = headers['retry-after']?.trim();
  return header !== undefined && /^\d{1,7}$/.test(header) ? { retryAfterMs: Number(header) * 1_000 } : {};
}

export function quote(message: string): string {
  return message.length > MESSAGE_CHARS_MAX ? `${message.slice(0, MESSAGE_CHARS_MAX)}…` : message;
}
