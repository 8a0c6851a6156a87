import { type Clock, nsOf } from '../model/clock.ts';
import { isTerminal } from '../model/operation.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan } from '../model/plan.ts';
import type { AckedTask, TaskProgress } from './task-progress.ts';

// Tasks read at the same time in the audit; enough to be quick, few enough not to be a load of its own.
const READERS = 16;
// A task that is not over yet is looked at again after this long.
const AGAIN_MS = 100;

/** Reads a task as its owner: the state, and the result where only another operation carries it. */
export type AuditRead = (task: AckedTask) => Promise<readonly Outcome[]>;

/**
 * The final reads: every acked task twice, as its owner. The first round waits for tasks that are not over yet, no longer
 * than max(ack, last answer, last heal) + SLA; the second sees whether the answer stays the same.
 */
export async function audit(options: {
  readonly plan: Plan;
  readonly progress: TaskProgress;
  readonly read: AuditRead;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** false: the server is down for good, so nothing is waited for. */
  readonly isReady: boolean;
}): Promise<void> {
  const { clock, signal, isReady } = options;
  const tasks = options.progress.acked();
  const until = ({ ackedT, answeredT }: AckedTask) =>
    Math.max(ackedT, answeredT, options.progress.lastHealT()) + nsOf(options.plan.slaMs);
  /** A server that limits polls is asked again when it says so, as long as a task may take and no longer. */
  const readPatiently = async (task: AckedTask): Promise<readonly Outcome[]> => {
    const giveUpAt = clock.now() + nsOf(options.plan.slaMs);
    for (;;) {
      const outcomes = await options.read(task);
      const retryAfterMs = Math.max(0, ...outcomes.map((one) => (one.type === 'ok' ? 0 : (one.retryAfterMs ?? 0))));
      if (retryAfterMs === 0 || signal.aborted || clock.now() >= giveUpAt) return outcomes;
      await clock.sleep(retryAfterMs, signal);
    }
  };
  const readOnce = async (task: AckedTask) => {
    await readPatiently(task);
  };
  const readUntilOver = async (task: AckedTask) => {
    for (;;) {
      const outcomes = await readPatiently(task);
      const isOver = outcomes.some((one) => (one.type === 'ok' ? isTerminal(one.status) : one.reason === 'not-found'));
      if (isOver || !isReady || signal.aborted || clock.now() >= until(task)) return;
      await clock.sleep(AGAIN_MS, signal);
    }
  };
  await inParallel(tasks, readUntilOver);
  await inParallel(tasks, readOnce);
}

async function inParallel(tasks: readonly AckedTask[], work: (task: AckedTask) => Promise<void>): Promise<void> {
  const queue = tasks.values();
  const worker = async () => {
    // One iterator for all of them: each takes the next task that nobody has.
    for (const task of queue) await work(task);
  };
  await Promise.all(Array.from({ length: Math.min(READERS, tasks.length) }, worker));
}
