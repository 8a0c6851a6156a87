/** Notes of progress under one token. */
import type { TaskRecord } from '../tasks/task.ts';
import type { RequestContext } from './dialect.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import { isTerminal } from './waiting.ts';

/** Tells each new status message of its task once, with a number that grows; nothing about a task that has ended. */
export type ProgressReporter = (task: TaskRecord, notify: RequestContext['notify']) => void;

/** undefined: the request gave no token, so nobody wants to know. `about` stands in `_meta` of every note. */
export function createProgressReporter(
  task: TaskRecord,
  params: JsonObject,
  about?: JsonObject,
): ProgressReporter | undefined {
  const meta = params._meta;
  const progressToken = isObject(meta) ? meta.progressToken : undefined;
  if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return undefined;
  let told = task.statusMessage;
  let progress = 0;
  return (changed, notify) => {
    if (changed.id !== task.id || isTerminal(changed)) return;
    if (changed.statusMessage === null || changed.statusMessage === told) return;
    told = changed.statusMessage;
    progress += 1;
    const note = { progressToken, progress, message: told, ...(about === undefined ? {} : { _meta: about }) };
    notify({ jsonrpc: '2.0', method: 'notifications/progress', params: note });
  };
}
