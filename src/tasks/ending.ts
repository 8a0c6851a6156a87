import type { ServerClock } from './clock.ts';
import { isExpired } from './due.ts';
import type { TaskEngineOptions } from './engine-options.ts';
import { failure } from './rpc-failure.ts';
import type { TaskRecord } from './task.ts';
import type { ChangeAnswer, TaskWriter } from './task-writer.ts';
import type { TaskEvent } from './transitions.ts';
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
}

export function createEnding({ store, worker, writer, clock }: EndingParts): Ending {
  function inTurn<T>(id: string, section: () => Promise<T>): Promise<T> {
    const work = worker.running.get(id);
    return work === undefined ? section() : work.exclusive(section);
  }
  return {
    async end(id, decide) {
      const work = worker.running.get(id);
      const answer = await inTurn(id, () => writer.change(id, decide));
      if (answer.kind !== 'changed') return answer;
      // It may have been claimed here while we wrote: whoever runs it now stops as well.
      const reason = answer.task.statusMessage ?? 'The task was ended.';
      (work ?? worker.running.get(id))?.stop(reason);
      return answer;
    },
    async forget(id) {
      const work = worker.running.get(id);
      const isRemoved = await inTurn(id, async () => {
        const task = await store.get(id);
        return task !== undefined && isExpired(task, clock.now()) && writer.remove(task);
      });
      if (isRemoved) work?.stop('The task outlived its time to live.');
      return isRemoved;
    },
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
