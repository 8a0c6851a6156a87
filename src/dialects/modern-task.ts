/** A task as the extension io.modelcontextprotocol/tasks shows it (SEP-2663, on revision 2026-07-28). */
import type { TaskRecord } from '../tasks/task.ts';
import { outstandingRequests } from './client-input.ts';
import type { JsonObject } from './json-rpc.ts';
import { failureMessage } from './legacy-task.ts';

export const MODERN_STATUSES = {
  open: ['working', 'input_required'],
  final: ['completed', 'failed', 'cancelled'],
} as const;

export type ModernStatus = (typeof MODERN_STATUSES)['open' | 'final'][number];

/** `failed` is for JSON-RPC errors alone; a result that says isError is `completed`. */
export function modernStatus(task: TaskRecord): ModernStatus {
  switch (task.state) {
    case 'queued':
    case 'running':
      return 'working';
    case 'input_required':
    case 'cancelled':
      return task.state;
    case 'settled':
      return task.outcome?.kind === 'result' ? 'completed' : 'failed';
  }
}

/** What a receipt and every later look have in common. Times are ISO 8601; ttlMs an integer or null; pollIntervalMs an integer. */
export function modernTask(task: TaskRecord): JsonObject {
  const status = modernStatus(task);
  const statusMessage = task.statusMessage ?? (status === 'failed' ? failureMessage(task) : null);
  // Field by field: it is made for every poll.
  const shown: Record<string, unknown> = { taskId: task.id, status };
  if (statusMessage !== null) shown.statusMessage = statusMessage;
  shown.createdAt = new Date(task.createdAt).toISOString();
  shown.lastUpdatedAt = new Date(task.updatedAt).toISOString();
  shown.ttlMs = task.ttlMs;
  shown.pollIntervalMs = task.pollIntervalMs;
  return shown;
}

/** The whole task: with its result when completed, its error when failed, its open questions when it needs input. What tasks/get and notifications/tasks say. */
export function detailedTask(task: TaskRecord): JsonObject {
  const common = modernTask(task);
  switch (modernStatus(task)) {
    case 'completed':
      // The whole answer the call would have had: in this revision that begins with its resultType.
      return { ...common, result: { resultType: 'complete', ...completedResult(task) } };
    case 'failed':
      return { ...common, error: task.outcome?.kind === 'error' ? task.outcome.error : WORK_FAILED };
    case 'input_required':
      return { ...common, inputRequests: outstandingRequests(task) };
    case 'working':
    case 'cancelled':
      return common;
  }
}

function completedResult(task: TaskRecord): object {
  return task.outcome?.kind === 'result' ? task.outcome.result : {};
}

const WORK_FAILED = { code: -32_603, message: 'The work failed' } as const;
