/** Waiting for a task to end on behalf of one request, and telling its caller how far it is. */
import type { TaskRecord } from '../tasks/task.ts';
import type { TaskEngine } from '../tasks/task-engine.ts';
import type { RequestContext } from './dialect.ts';
import type { JsonObject } from './json-rpc.ts';
import { createProgressReporter } from './progress-reporter.ts';

export function isTerminal(task: TaskRecord): boolean {
  return task.state === 'settled' || task.state === 'cancelled';
}

/** Progress notifications for a caller who waits and gave a token, until stopped. */
export function reportProgress(
  engine: TaskEngine,
  task: TaskRecord,
  params: JsonObject,
  context: RequestContext,
): () => void {
  const reporter = createProgressReporter(task, params);
  if (reporter === undefined) return () => {};
  return engine.subscribe(task.principal, (changed) => reporter(changed, context.notify));
}

/** Resolves when the task is in another state than this record of it, or gone. Rejects with the signal's reason. */
export function untilStateIsNot(engine: TaskEngine, task: TaskRecord, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      stop();
      reject(signal.reason);
    };
    const unsubscribe = engine.subscribe(task.principal, (changed) => {
      if (changed.id !== task.id || changed.state === task.state) return;
      stop();
      resolve();
    });
    signal.addEventListener('abort', onAbort);
    // What changed before the subscription stood is not told again.
    engine.get(task.principal, task.id).then(
      (now) => {
        if (now?.state === task.state) return;
        stop();
        resolve();
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
    if (signal.aborted) onAbort();
  });
}
