import type { AuditFrame } from '../model/audit.ts';
import { isObject, type JsonObject, type RpcError, readError } from '../wire/json-rpc.ts';
import type { Arrival, RawExchange } from './raw-link.ts';

/** What one request came to. */
export interface Answer {
  /** HTTP status; null: stdio, or nothing came. */
  readonly status: number | null;
  /** Response headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON-RPC reply as it came; null: none did. */
  readonly reply: JsonObject | null;
  readonly result: JsonObject | null;
  readonly error: RpcError | null;
  /** Messages that came beside the reply. */
  readonly others: readonly JsonObject[];
  readonly frames: readonly AuditFrame[];
  /** Why there is no reply; null: there is one. */
  readonly why: string | null;
}

/** Waits for the reply and gives the exchange up where it does not come in time. The stream stays open when `keep` says so. */
export async function answerTo(
  exchange: RawExchange,
  withinMs: number,
  { keep = false }: { readonly keep?: boolean } = {},
): Promise<Answer> {
  const isOurs = (arrival: Arrival) => isReplyTo(arrival.message, exchange.id);
  const arrival = await exchange.wait(isOurs, withinMs);
  const ended = exchange.ended();
  if (!keep) exchange.close();
  const reply = arrival !== null && isObject(arrival.message) ? arrival.message : null;
  const others = exchange.arrivals.flatMap(({ message }) => (isObject(message) && message !== reply ? [message] : []));
  return {
    status: exchange.status(),
    headers: exchange.headers(),
    reply,
    result: reply !== null && isObject(reply.result) ? reply.result : null,
    error: reply === null || reply.error === undefined ? null : readError(reply.error),
    others,
    frames: [...exchange.frames],
    why: reply === null ? whyNone(exchange, ended, withinMs) : null,
  };
}

/** A reply to this id; what could not be read is answered without one. */
function isReplyTo(message: unknown, id: RawExchange['id']): boolean {
  if (!isObject(message) || 'method' in message || !('result' in message || 'error' in message)) return false;
  return message.id === id || id === null || message.id === null || message.id === undefined;
}

function whyNone(exchange: RawExchange, ended: string | null, withinMs: number): string {
  const status = exchange.status();
  if (status !== null && ended !== null) return `HTTP ${status} without a JSON-RPC reply`;
  return ended ?? `no reply within ${withinMs} ms`;
}

/** What came, in one clause. */
export function described(answer: Answer): string {
  const http = answer.status === null ? '' : ` (HTTP ${answer.status})`;
  if (answer.error !== null) return `error ${answer.error.code} "${answer.error.message.slice(0, 120)}"${http}`;
  if (answer.result !== null) {
    const { resultType, status } = answer.result;
    const type = typeof resultType === 'string' ? ` of type ${resultType}` : '';
    return `a result${type}${typeof status === 'string' ? `, status ${status}` : ''}${http}`;
  }
  return answer.why ?? `a reply without a result object${http}`;
}

/** Received by the client this many ms after the audit began; null: nothing was. */
export function receivedAt({ frames }: Pick<Answer, 'frames'>): number | null {
  return frames.findLast(({ direction }) => direction === 'received')?.atMs ?? null;
}
