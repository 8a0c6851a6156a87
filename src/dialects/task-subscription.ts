/** subscriptions/listen of 2026-07-28: the tasks of one caller, told as they change. */
import type { TaskRecord } from '../tasks/task.ts';
import type { DialectOptions } from './dialect.ts';
import type { MethodCall } from './dispatch.ts';
import { INVALID_PARAMS, isObject, type JsonObject, RpcFault } from './json-rpc.ts';
import { requireTasks, SUBSCRIPTION_META } from './modern-request.ts';
import { detailedTask } from './modern-task.ts';
import { isTerminal } from './waiting.ts';

const TASKS_MAX = 1_000; // an agent with more tasks open at once opens another subscription

/**
 * Acknowledges first, naming the tasks it will tell of; then each task as it stands, so that a change between the caller's
 * last look and the subscription is not lost; then every change. Resolves when all of them are terminal or the server goes
 * down; rejects when the caller is gone.
 */
export async function listen(options: DialectOptions, capabilities: JsonObject, call: MethodCall): Promise<JsonObject> {
  const { context, id } = call;
  const wanted = wantedTasks(call.params);
  if (wanted !== undefined) requireTasks(capabilities, 'Task notifications need the tasks extension');
  const stamp = { [SUBSCRIPTION_META]: id };
  const open = new Map<string, number>();
  const early: TaskRecord[] = [];
  let isAcknowledged = false;
  const end = new AbortController();
  const tell = (task: TaskRecord): void => {
    const toldVersion = open.get(task.id);
    if (toldVersion === undefined || task.version <= toldVersion) return;
    open.set(task.id, task.version);
    context.notify({ jsonrpc: '2.0', method: 'notifications/tasks', params: { ...detailedTask(task), _meta: stamp } });
    if (!isTerminal(task)) return;
    open.delete(task.id);
    if (open.size === 0) end.abort();
  };
  const onChange = (task: TaskRecord): void => {
    if (isAcknowledged) tell(task);
    else early.push(task);
  };
  const unsubscribe = options.engine.subscribe(context.principal, onChange, wanted ?? []);
  try {
    const tasks = await grantedTasks(options, wanted ?? [], context.principal);
    const granted = wanted === undefined ? {} : { taskIds: tasks.map((task) => task.id) };
    context.notify({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: granted, _meta: stamp },
    });
    for (const task of tasks) open.set(task.id, -1);
    isAcknowledged = true;
    for (const task of [...tasks, ...early]) tell(task);
    if (open.size === 0) end.abort();
    await firstAbort(end.signal, context.signal);
    if (context.signal.aborted && context.signal.reason !== 'shutdown') throw context.signal.reason;
    return stamp;
  } finally {
    unsubscribe();
  }
}

function firstAbort(...signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals]);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener('abort', () => resolve(), { once: true });
  });
}

function wantedTasks(params: JsonObject): readonly string[] | undefined {
  const filter = params.notifications;
  if (!isObject(filter)) throw new RpcFault(INVALID_PARAMS, 'params.notifications must be an object');
  const { taskIds } = filter;
  if (taskIds === undefined) return undefined;
  if (!isStrings(taskIds))
    throw new RpcFault(INVALID_PARAMS, 'params.notifications.taskIds must be an array of strings');
  if (taskIds.length <= TASKS_MAX) return [...new Set(taskIds)];
  throw new RpcFault(INVALID_PARAMS, `params.notifications.taskIds may name at most ${TASKS_MAX} tasks`);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The wanted tasks that are this caller's; the others are left out of the acknowledgment. */
async function grantedTasks(
  options: DialectOptions,
  wanted: readonly string[],
  principal: string,
): Promise<readonly TaskRecord[]> {
  const found = await Promise.all(wanted.map((id) => options.engine.get(principal, id)));
  return found.filter((task) => task !== undefined);
}
