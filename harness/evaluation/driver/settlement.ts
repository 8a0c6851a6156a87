import { Buffer } from 'node:buffer';
import type { JobStatus } from '../../model/evaluation/episode.ts';
import type { Polled, Settled } from '../../model/evaluation/host.ts';
import type { Json } from '../../model/evaluation/instance.ts';
import { isTerminal } from '../../model/operation.ts';
import type { OkOutcome, Outcome } from '../../model/outcome.ts';

/** The end of a job in the words of an agent. `endedMs`: when the server says that it ended; null: it does not say. */
export function settledFrom(outcome: OkOutcome, endedMs: number | null): Settled {
  const { status, result, error, isError } = outcome;
  if (status === 'cancelled') return { status, endedMs, result: null };
  if (result === undefined) {
    const why = error?.message ?? outcome.statusMessage ?? null;
    // A work that is done without anything to show has a result all the same: nothing.
    return { status: status === 'failed' ? 'failed' : 'ok', endedMs, result: why };
  }
  const ended: JobStatus = isError === true ? 'error' : status === 'failed' ? 'failed' : 'ok';
  return { status: ended, endedMs, result: contentOf(result) };
}

/** No end was ever seen. */
export function unseen(why: string): Settled {
  return { status: 'lost', endedMs: null, result: why };
}

/** One read of a job as its agent sees it. `before`: what the read before said. `hintMs` in ms of the run. */
export function polledFrom(outcome: Outcome, before: Seen): Polled {
  if (outcome.type !== 'ok') {
    return { status: null, isNews: false, bytes: textBytes(outcome.message ?? outcome.reason), isTerminal: false };
  }
  const { status = null, statusMessage, lastUpdatedAt, result, error, pollMs } = outcome;
  const isOver = isTerminal(outcome.status) || (result !== undefined && status === null);
  return {
    status,
    isNews: !isSame(before, outcome),
    bytes: textBytes(JSON.stringify({ status, statusMessage, lastUpdatedAt, result, error })),
    isTerminal: isOver,
    ...(isOver || pollMs === undefined ? {} : { hintMs: pollMs }),
  };
}

/** What the last read of a job said. */
export type Seen = Pick<OkOutcome, 'status' | 'statusMessage' | 'lastUpdatedAt'>;

/** The structured content of a tool result, or its text where there is none. */
export function contentOf(result: unknown): Json {
  if (!isRecord(result)) return isJson(result) ? result : null;
  const { structuredContent, content } = result;
  if (isRecord(structuredContent)) return structuredContent;
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts.flatMap((part) => (isRecord(part) && typeof part.text === 'string' ? [part.text] : [])).join('\n');
}

function isSame(a: Seen, b: Seen): boolean {
  return a.status === b.status && a.statusMessage === b.statusMessage && a.lastUpdatedAt === b.lastUpdatedAt;
}

function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** What came out of JSON.parse holds nothing but JSON. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}

function isRecord(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
