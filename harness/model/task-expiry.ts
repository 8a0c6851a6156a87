import type { EventOf, FaultBody, OkBody, Stamped } from './event.ts';
import type { CallView, TaskView } from './history-index.ts';
import type { Plan } from './plan.ts';

/** The fault that sets the wall clock of the server. */
export const CLOCK_JUMP = 'F23';

/** What of a history says when tasks were made. */
interface Origin {
  readonly run: EventOf<'run'>;
  readonly calls: ReadonlyMap<number, Pick<CallView, 'creates'>>;
  readonly faults: readonly Stamped<FaultBody>[];
}

type Kept = Pick<TaskView, 'calls' | 'acks' | 'expiresT'>;

/** Until when a task is kept by one answer that shows its ttl; ns from run start, Infinity: for ever. Never later than the truth. */
export function shownExpiry(origin: Origin, task: Kept, event: Stamped<OkBody> | EventOf<'push'>): number {
  if (event.ttlMs == null) return Number.POSITIVE_INFINITY;
  return createdT(origin, task, event) + event.ttlMs * 1_000_000;
}

/**
 * Until when a task is kept, all in all. A server that shows no ttl keeps what the plan has set it to; one whose wall clock
 * was set ahead has come so much nearer to every end.
 */
export function finalExpiry(plan: Plan, origin: Origin, task: Kept): number {
  const { settings, facts } = plan.target;
  const isShown = task.expiresT !== Number.NEGATIVE_INFINITY;
  const setMs = facts.settings === true ? settings?.ttlMs : undefined;
  const sentT = origin.calls.get(task.calls[0] ?? 0)?.creates[0]?.inv.t;
  const setT = setMs === undefined || sentT === undefined ? Number.POSITIVE_INFINITY : sentT + setMs * 1_000_000;
  return (isShown ? task.expiresT : setT) - jumpedNs(origin, task.acks[0]?.inv.seq ?? 0);
}

/** When the task was made, or a little earlier: a deadline put too late would accuse a server that kept its promise. */
function createdT({ calls, run }: Origin, task: Kept, event: Stamped<OkBody> | EventOf<'push'>): number {
  const firstSentT = calls.get(task.calls[0] ?? 0)?.creates[0]?.inv.t ?? event.t;
  if (event.createdAt === undefined) return firstSentT;
  const statedT = (Date.parse(event.createdAt) - (run.wall - run.t / 1_000_000)) * 1_000_000;
  // Whole milliseconds on both sides say so much and no more; an instant yet to come is that of a clock which is ahead.
  return Number.isNaN(statedT) || statedT > event.t ? firstSentT : statedT - 1_000_000;
}

/** How far the server's wall clock was set ahead after this event. */
function jumpedNs({ faults }: Origin, sinceSeq: number): number {
  const jumps = faults.filter(({ id, phase, seq }) => id === CLOCK_JUMP && phase === 'verified' && seq > sinceSeq);
  return jumps.reduce((sum, { evidence }) => sum + Math.max(0, Number(evidence?.ms ?? 0)) * 1_000_000, 0);
}
