import type { TaskRecord } from './task.ts';
import { isTerminal } from './transitions.ts';

/** When the record may be forgotten, ms since the epoch; null: never. Counted from createdAt, whatever the state. */
export function expiresAt(task: TaskRecord): number | null {
  return task.ttlMs === null ? null : task.createdAt + task.ttlMs;
}

export function isExpired(task: TaskRecord, nowMs: number): boolean {
  const at = expiresAt(task);
  return at !== null && nowMs >= at;
}

/** When the sweeper must look at it next: expiry, deadline, end of its lease, or the next attempt to tell its end, whichever comes first; null: never. */
export function dueAt(task: TaskRecord): number | null {
  const expiry = expiresAt(task);
  if (isTerminal(task.state)) {
    // Its end is still to be told.
    const tellAt = task.callback?.nextAt ?? null;
    return tellAt === null ? expiry : Math.min(tellAt, expiry ?? Number.POSITIVE_INFINITY);
  }
  return Math.min(task.deadlineAt, expiry ?? Number.POSITIVE_INFINITY, task.lease?.untilMs ?? Number.POSITIVE_INFINITY);
}

export interface TtlLimits {
  /** What a task gets whose client asked for nothing. */
  readonly defaultMs: number;
  readonly minMs: number;
  /** null: a client may ask for no limit. */
  readonly maxMs: number | null;
}

/**
 * The time to live a task really gets, in whole ms; null: no limit. What a client asks for is clamped to the limits: 0 and
 * negative numbers become the minimum, fractions are rounded up, and "no limit" becomes the maximum. What is not a number is as
 * good as not asked.
 */
export function effectiveTtlMs(askedMs: number | null | undefined, limits: TtlLimits): number | null {
  const maxMs = limits.maxMs ?? Number.MAX_SAFE_INTEGER;
  if (askedMs === null || askedMs === Number.POSITIVE_INFINITY) return limits.maxMs;
  const wanted = askedMs === undefined || Number.isNaN(askedMs) ? limits.defaultMs : Math.ceil(askedMs);
  return Math.min(Math.max(wanted, limits.minMs), maxMs);
}
