import type { StepId } from '../../model/evaluation/instance.ts';

/**
 * Where in the life of one call its agent's process dies (F27): after the call was sent and before its receipt was read, after
 * the receipt, halfway through the work, when the result has come and was not read, when it was read and not used, and after
 * the first call that depends on it.
 */
export const CRASH_PHASES = [
  'before-ack',
  'after-ack',
  'mid-run',
  'after-terminal',
  'after-know',
  'after-use',
] as const;
export type CrashPhase = (typeof CRASH_PHASES)[number];

export interface PlannedCrash {
  readonly phase: CrashPhase;
  /** Which call of the episode the phase belongs to; counts from 1, as jobs do. */
  readonly call: number;
  /** The agent wrote the ids of its jobs down and has them afterwards; of results it keeps nothing either way. */
  readonly keepsIds: boolean;
  /** How long it is gone, ms. */
  readonly downMs: number;
}

/** Says when a planned crash is due, from what the loop tells it. It is due once. */
export interface CrashWatch {
  sent(job: number, step: StepId): void;
  /** The process is dead before the receipt of this job is read. */
  losesReceipt(job: number): boolean;
  acked(job: number, t: number): void;
  arrived(job: number): void;
  known(job: number): void;
  /** A call went out and its receipt was read; `after` are the steps it depends on. */
  used(after: readonly StepId[]): void;
  /** The crash, when its moment has come; it is then over for this watch. */
  take(t: number): PlannedCrash | null;
  /** Not before this time can it come by itself, ms. */
  dueMs(): number;
}

export function createCrashWatch(
  planned: PlannedCrash | undefined,
  latencyMs: Readonly<Record<StepId, number>>,
): CrashWatch {
  let dueAt = Number.POSITIVE_INFINITY;
  let isOver = planned === undefined;
  let watched: StepId | null = null;
  const reach = (phase: CrashPhase, t: number) => {
    if (!isOver && planned?.phase === phase) dueAt = Math.min(dueAt, t);
  };
  const isWatched = (job: number) => job === planned?.call;
  return {
    sent(job, step) {
      if (!isWatched(job)) return;
      watched = step;
      reach('before-ack', 0);
    },
    losesReceipt: (job) => !isOver && planned?.phase === 'before-ack' && isWatched(job),
    acked(job, t) {
      if (!isWatched(job)) return;
      reach('after-ack', 0);
      reach('mid-run', t + (watched === null ? 0 : (latencyMs[watched] ?? 0)) / 2);
    },
    arrived(job) {
      if (isWatched(job)) reach('after-terminal', 0);
    },
    known(job) {
      if (isWatched(job)) reach('after-know', 0);
    },
    used(after) {
      if (watched !== null && after.includes(watched)) reach('after-use', 0);
    },
    take(t) {
      if (isOver || planned === undefined || t < dueAt) return null;
      isOver = true;
      dueAt = Number.POSITIVE_INFINITY;
      return planned;
    },
    dueMs: () => dueAt,
  };
}
