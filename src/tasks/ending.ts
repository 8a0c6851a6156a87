import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { TaskEngineOptions } from './engine-options.ts';
import { failure } from './rpc-failure.ts';
import type { TaskRecord } from './task.ts';
import type { ChangeAnswer, TaskWriter } from './task-writer.ts';
import type { TaskEvent } from './transitions.ts';
import type { Turns } from './turns.ts';
import type { Worker } from './worker.ts';

/** How a task's work is taken away from whoever does it. */
export interface Ending {
  /** Changes the record in turn with what this process does to it, and stops the work here if that changed it. */
  end(id: string, decide: (task: TaskRecord) => TaskEvent | undefined): Promise<ChangeAnswer>;
  /** Removes what has outlived its time to live, stopping its work. false: it has not, or somebody was faster. */
  forget(id: string): Promise<boolean>;
}

export interface EndingParts {
  readonly store: TaskEngineOptions['store'];
  readonly worker: Worker;
  readonly writer: TaskWriter;
  readonly clock: ServerClock;
  readonly turns: Turns;
}

export function createEnding({ store, worker, writer, clock, turns }: EndingParts): Ending {
  const stopHere = (id: string, reason: string) => worker.running.get(id)?.stop(reason);
  return {
    // In turn also when nobody runs it here: it may be claimed while we write, and its effect must wait for what we write.
    end: (id, decide) =>
      turns.take(id, async () => {
        const answer = await writer.change(id, (task) => {
          const event = decide(task);
          // What we run ourselves lets no effect out while this section has its turn.
          const isOurs = task.lease?.worker === worker.name && worker.running.has(id);
          return event !== undefined && isOurs ? { ...event, breaksSeal: true } : event;
        });
        if (answer.kind === 'changed') stopHere(id, answer.task.statusMessage ?? 'The task was ended.');
        return answer;
      }),
    forget: (id) =>
      turns.take(id, async () => {
        const task = await store.get(id);
        const isRemoved = task !== undefined && isExpired(task, clock.now()) && (await writer.remove(task));
        if (isRemoved) stopHere(id, 'The task outlived its time to live.');
        return isRemoved;
      }),
  };
}

/** The SLA has passed. */
export function timeout(task: TaskRecord): TaskEvent {
  const afterMs = task.deadlineAt - task.createdAt;
  const where =
    task.state === 'input_required'
      ? 'while it waited for input'
      : `${task.startedAt === null ? 'before it was started' : 'while it was running'}`;
  return { type: 'fail', outcome: failure('timed-out', `The task timed out after ${afterMs} ms, ${where}.`) };
}

/** Nobody works on it any more, for the `cause`: run again where the tool says that is safe, else ended with the truth. */
export function interruption(task: TaskRecord, cause: string, tools: TaskEngineOptions['tools']): TaskEvent {
  const tool = tools.get(task.tool);
  if (task.state === 'running' && tool?.safeToRepeat(task.arguments) === true) {
    return { type: 'release', message: `${cause} It will be run again.` };
  }
  const outcome = failure('interrupted', `interrupted: ${cause} It was not run again because ${whyNot(task, tools)}.`);
  return { type: 'fail', outcome };
}

function whyNot(task: TaskRecord, tools: TaskEngineOptions['tools']): string {
  if (!tools.has(task.tool)) return `this server has no tool named '${task.tool}' any more`;
  return `'${task.tool}' with these arguments is not declared safe to repeat`;
}
