import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { Ending } from './ending.ts';
import type { TaskRecord } from './task.ts';
import type { TaskEngine } from './task-engine.ts';
import { isTerminal } from './transitions.ts';

const LOOK_MS = 20; // A commit takes a few ms; a look is one read.

/**
 * Ends a task by its owner's wish: the record first, then the work. While an effect of it is on its way out in another process, it
 * waits which of the two was first; no longer than until the end of that process's lease.
 */
export function createCancel({
  ending,
  clock,
  life,
}: {
  readonly ending: Ending;
  readonly clock: ServerClock;
  /** Aborted when the engine stops. */
  readonly life: AbortSignal;
}): TaskEngine['cancel'] {
  return async (principal, id, reason) => {
    const isVisible = (task: TaskRecord) => task.principal === principal && !isExpired(task, clock.now());
    const message = reason === undefined || reason === '' ? 'Cancelled by the client.' : `Cancelled: ${reason}`;
    for (;;) {
      const answer = await ending.end(id, (task) => (isVisible(task) ? { type: 'cancel', message } : undefined));
      if (answer.kind === 'changed') return { kind: 'cancelled', task: answer.task };
      if (answer.kind === 'gone' || !isVisible(answer.task)) return { kind: 'unknown' };
      if (isTerminal(answer.task.state)) return { kind: 'already-terminal', task: answer.task };
      await clock.sleep(LOOK_MS, life);
    }
  };
}
