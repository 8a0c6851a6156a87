import type { TaskRecord } from './task.ts';
import { isTerminal } from './transitions.ts';

/** When clients are told to look first, ms from the receipt: when the work should be over, and never sooner than usual. */
export function firstPollMs(expectedMs: number | undefined, usualMs: number): number {
  return expectedMs === undefined ? usualMs : Math.max(usualMs, Math.ceil(expectedMs));
}

/** The task for somebody who looks at it now: told to come again when the rest of the expected time is over. */
export function withPollHint(task: TaskRecord, nowMs: number, usualMs: number): TaskRecord {
  if (task.pollIntervalMs <= usualMs || isTerminal(task.state)) return task;
  const restMs = task.createdAt + task.pollIntervalMs - nowMs;
  return { ...task, pollIntervalMs: Math.min(task.pollIntervalMs, Math.max(usualMs, restMs)) };
}
