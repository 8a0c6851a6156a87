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
