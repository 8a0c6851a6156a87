/** A task as revision 2025-11-25 shows it. Source: specification 2025-11-25, basic/utilities/tasks. */
import type { TaskRecord } from '../tasks/task.ts';
import { describe, INVALID_PARAMS, isObject, type JsonObject, RpcFault } from './json-rpc.ts';

export const RELATED_TASK = 'io.modelcontextprotocol/related-task';

export const LEGACY_STATUSES = {
  open: ['working', 'input_required'],
  final: ['completed', 'failed', 'cancelled'],
} as const;

export type LegacyStatus = (typeof LEGACY_STATUSES)['open' | 'final'][number];

/** `failed` here includes results that say isError: the opposite of 2026-07-28. */
export function legacyStatus(task: TaskRecord): LegacyStatus {
  switch (task.state) {
    case 'queued':
    case 'running':
      return 'working';
    case 'input_required':
    case 'cancelled':
      return task.state;
    case 'settled':
      return task.outcome?.kind === 'result' && task.outcome.result.isError !== true ? 'completed' : 'failed';
  }
}

/** The flat Task of tasks/get, tasks/list and tasks/cancel, and what CreateTaskResult nests. Times are ISO 8601, ttl and pollInterval ms. */
export function legacyTask(task: TaskRecord): JsonObject {
  const status = legacyStatus(task);
  const statusMessage = task.statusMessage ?? (status === 'failed' ? failureMessage(task) : null);
  return {
    taskId: task.id,
    status,
    ...(statusMessage === null ? {} : { statusMessage }),
    createdAt: new Date(task.createdAt).toISOString(),
    lastUpdatedAt: new Date(task.updatedAt).toISOString(),
    ttl: task.ttlMs,
    pollInterval: task.pollIntervalMs,
  };
}

/** One sentence of why a task failed, from its outcome. */
export function failureMessage(task: TaskRecord): string {
  if (task.outcome === null) return 'The work failed';
  if (task.outcome.kind === 'error') return task.outcome.error.message;
  return task.outcome.result.content[0]?.text ?? 'The tool reported an error';
}

/** The retention asked for in `params.task`; undefined: the server's default. Throws -32602 for what is no retention. */
export function requestedTtl(augmentation: unknown): number | null | undefined {
  if (!isObject(augmentation))
    throw new RpcFault(INVALID_PARAMS, `params.task must be an object, got ${describe(augmentation)}`);
  const { ttl } = augmentation;
  if (ttl === undefined || ttl === null) return ttl;
  if (typeof ttl !== 'number' || !Number.isFinite(ttl) || ttl < 0) {
    throw new RpcFault(INVALID_PARAMS, 'params.task.ttl must be a number of milliseconds, 0 or more');
  }
  return ttl; // The engine keeps it within its limits, and in whole milliseconds.
}
