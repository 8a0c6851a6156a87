import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { Ending } from './ending.ts';
import type { TaskRecord } from './task.ts';
import type { TaskEngine } from './task-engine.ts';

/** Ends a task by its owner's wish: the record first, then the work. */
export function createCancel({
  ending,
  clock,
}: {
  readonly ending: Ending;
  readonly clock: ServerClock;
}): TaskEngine['cancel'] {
  return async (principal, id, reason) => {
    const isVisible = (task: TaskRecord) => task.principal === principal && !isExpired(task, clock.now());
    const message = reason === undefined || reason === '' ? 'Cancelled by the client.' : `Cancelled: ${reason}`;
    const answer = await ending.end(id, (task) => (isVisible(task) ? { type: 'cancel', message } : undefined));
    if (answer.kind === 'changed') return { kind: 'cancelled', task: answer.task };
    if (answer.kind === 'gone' || !isVisible(answer.task)) return { kind: 'unknown' };
    return { kind: 'already-terminal', task: answer.task };
  };
}
