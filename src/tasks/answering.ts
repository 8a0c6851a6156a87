import type { TaskQueue } from '../queues/queue.ts';
import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { TaskRecord } from './task.ts';
import type { TaskEngine } from './task-engine.ts';
import type { TaskWriter } from './task-writer.ts';
import type { TaskEvent } from './transitions.ts';

export interface AnsweringParts {
  readonly writer: TaskWriter;
  readonly queue: TaskQueue;
  readonly clock: ServerClock;
}

/** Keeps a caller's answers; with the last of them the work may go on. */
export function createAnswer({ writer, queue, clock }: AnsweringParts): TaskEngine['answer'] {
  return async (principal, id, answers) => {
    const isVisible = (task: TaskRecord) => task.principal === principal && !isExpired(task, clock.now());
    const change = await writer.change(id, (task) => (isVisible(task) ? takenFrom(answers, task) : undefined));
    if (change.kind === 'gone' || !isVisible(change.task)) return undefined;
    // The queue may be full: then the store keeps it, and the queue is filled from there.
    if (change.kind === 'changed' && change.task.state === 'queued') await queue.offer(id);
    return change.task;
  };
}

/** undefined: there is nothing in them that the task waits for. */
function takenFrom(answers: Parameters<TaskEngine['answer']>[2], task: TaskRecord): TaskEvent | undefined {
  const outstanding = task.inputs.filter((input) => input.answer === null);
  const wanted = outstanding.flatMap(({ key }) => {
    const answer = Object.hasOwn(answers, key) ? answers[key] : undefined;
    return answer === undefined ? [] : [[key, answer] as const];
  });
  if (wanted.length === 0) return undefined;
  return { type: wanted.length === outstanding.length ? 'answer' : 'reply', answers: Object.fromEntries(wanted) };
}
