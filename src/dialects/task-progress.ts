/** Progress of tasks in revision 2025-11-25, under the token of the call that made them, for as long as they go on. */
import type { TaskRecord } from '../tasks/task.ts';
import type { TaskEngine } from '../tasks/task-engine.ts';
import type { RequestContext, Session } from './dialect.ts';
import type { JsonObject } from './json-rpc.ts';
import { RELATED_TASK } from './legacy-task.ts';
import { createProgressReporter, type ProgressReporter } from './progress-reporter.ts';
import { isTerminal } from './waiting.ts';

/**
 * A token belongs to the conversation that gave it: to another one it would mean nothing, or something else. So it is kept
 * with the conversation and not with the task, and ends with either.
 */
export interface TaskProgress {
  /** The call's token, if it gave one. On a pipe its notes go out from here on. */
  expect(task: TaskRecord, params: JsonObject, context: RequestContext): void;
  /** Over HTTP notes need a stream of the same conversation that waits for the task. Returns the end of it. */
  follow(taskId: string, context: RequestContext): () => void;
}

const TOKENS_MAX = 1_000; // a session; the oldest goes first, and with it no more than notes

export function createTaskProgress(engine: TaskEngine): TaskProgress {
  const sessions = new WeakMap<Session, Map<string, ProgressReporter>>();

  /** Tells what there is to tell of these tasks on this stream. Returns the end of it. */
  function tell(
    reporters: Map<string, ProgressReporter>,
    context: RequestContext,
    onEnd: (task: TaskRecord) => void,
  ): () => void {
    return engine.subscribe(context.principal, (task) => {
      reporters.get(task.id)?.(task, context.notify);
      if (isTerminal(task) && reporters.delete(task.id)) onEnd(task);
    });
  }

  return {
    expect(task, params, context) {
      const reporter = createProgressReporter(task, params, { [RELATED_TASK]: { taskId: task.id } });
      if (reporter === undefined || isTerminal(task)) return;
      const reporters = sessions.get(context.session) ?? new Map<string, ProgressReporter>();
      sessions.set(context.session, reporters);
      const isFirst = reporters.size === 0;
      reporters.set(task.id, reporter);
      for (const id of reporters.keys()) {
        if (reporters.size <= TOKENS_MAX) break;
        reporters.delete(id);
      }
      if (context.transport !== 'stdio' || !isFirst) return;
      const stop = tell(reporters, context, () => {
        if (reporters.size === 0) stop();
      });
    },
    follow(taskId, context) {
      const reporters = sessions.get(context.session);
      if (context.transport === 'stdio' || reporters?.has(taskId) !== true) return () => {};
      const stop = tell(reporters, context, () => stop());
      return stop;
    },
  };
}
