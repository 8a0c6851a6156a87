import { createHash } from 'node:crypto';
import type { Observation, OkBody, UnsureBody } from '../model/event.ts';
import type { OkOutcome, Outcome } from '../model/outcome.ts';
import type { Stampable } from '../model/stamp.ts';
import { isObject } from './json-rpc.ts';

/** A result longer than this as JSON stands in the history as its SHA-256 and length. */
const RESULT_BYTES_MAX = 64 * 1024;

/** The history line of an outcome. `of`: seq of its inv. */
export function outcomeBody(of: number, outcome: Outcome): OkBody | UnsureBody {
  if (outcome.type === 'ok') return okBody(of, outcome);
  const { type, ...told } = outcome;
  return { kind: type, of, ...told };
}

function okBody(of: number, outcome: OkOutcome): OkBody {
  const { shape, rpcIds } = outcome;
  const body: Stampable<OkBody> = { seq: 0, t: 0, wall: 0, kind: 'ok', of, shape };
  const seen = compact(outcome);
  if (seen.task !== undefined) body.task = seen.task;
  if (seen.status !== undefined) body.status = seen.status;
  if (seen.statusMessage !== undefined) body.statusMessage = seen.statusMessage;
  if (seen.createdAt !== undefined) body.createdAt = seen.createdAt;
  if (seen.lastUpdatedAt !== undefined) body.lastUpdatedAt = seen.lastUpdatedAt;
  if (seen.ttlMs !== undefined) body.ttlMs = seen.ttlMs;
  if (seen.pollMs !== undefined) body.pollMs = seen.pollMs;
  if (seen.inputs !== undefined) body.inputs = seen.inputs;
  if (seen.inputShas !== undefined) body.inputShas = seen.inputShas;
  if (seen.result !== undefined) body.result = seen.result;
  if (seen.resultSha !== undefined) body.resultSha = seen.resultSha;
  if (seen.bytes !== undefined) body.bytes = seen.bytes;
  if (seen.isError !== undefined) body.isError = seen.isError;
  if (seen.echo !== undefined) body.echo = seen.echo;
  if (seen.error !== undefined) body.error = seen.error;
  if (rpcIds !== undefined) body.rpcIds = rpcIds;
  return body;
}

/** The observation with a long result replaced by the digest of its JSON, keys sorted so that their order does not matter. */
export function compact(seen: Observation): Observation {
  if (seen.result === undefined) return seen;
  const text = JSON.stringify(seen.result);
  // In UTF-8 a UTF-16 unit takes one byte at least and three at most, which settles nearly every case without counting.
  if (text.length * 3 <= RESULT_BYTES_MAX) return seen;
  const bytes = Buffer.byteLength(text);
  if (bytes <= RESULT_BYTES_MAX) return seen;
  const { result, ...rest } = seen;
  const resultSha = createHash('sha256').update(JSON.stringify(result, sortKeys)).digest('hex');
  return { ...rest, resultSha, bytes };
}

function sortKeys(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
