/** Waiting for a task to end on behalf of one request, and telling its caller how far it is. */
import type { TaskRecord } from '../tasks/task.ts';
import type { TaskEngine } from '../tasks/task-engine.ts';
import type { RequestContext } from './dialect.ts';
import { isObject, type JsonObject } from './json-rpc.ts';

export function isTerminal(task: TaskRecord): boolean {
  return task.state === 'settled' || task.state === 'cancelled';
}

/**
 * The task once it is terminal; undefined: there is none of that id for this principal, or it expired meanwhile. Input that
 * the task asks for may arrive by another request, so a task that needs some is waited for as well. Rejects when the
 * request is abandoned.
 */
export async function waitUntilTerminal(
  engine: TaskEngine,
  id: string,
  context: RequestContext,
): Promise<TaskRecord | undefined> {
  const { principal, signal } = context;
  for (;;) {
    const task = await engine.wait(principal, id, signal);
    if (task === undefined || isTerminal(task)) return task;
    await untilStateIsNot(engine, task, signal);
  }
}

/** Progress notifications for a caller who waits and gave a token: each new status message of the task, until stopped. */
export function reportProgress(
  engine: TaskEngine,
  task: TaskRecord,
  params: JsonObject,
  context: RequestContext,
): () => void {
  const meta = params._meta;
  const token = isObject(meta) ? meta.progressToken : undefined;
  if (typeof token !== 'string' && typeof token !== 'number') return () => {};
  let told = task.statusMessage;
  let progress = 0;
  return engine.subscribe(task.principal, (changed) => {
    if (changed.id !== task.id || isTerminal(changed)) return;
    if (changed.statusMessage === null || changed.statusMessage === told) return;
    told = changed.statusMessage;
    progress += 1;
    context.notify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: token, progress, message: told },
    });
  });
}

function untilStateIsNot(engine: TaskEngine, task: TaskRecord, signal: AbortSignal): Promise<void> {
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
