/** What the job-handle tools answer: always one object of the same shape, never null text, never a bare error string. */
import type { TaskRecord, ToolResult } from '../tasks/task.ts';
import { outstandingRequests } from './client-input.ts';
import type { JsonObject } from './json-rpc.ts';
import { failureMessage } from './legacy-task.ts';
import { isTerminal } from './waiting.ts';

/**
 * queued, processing: come back after poll_after_ms. input_required: answer what stands in questions. completed, failed, cancelled: final. unknown: no such task for this
 * caller (never was, or kept no longer), final. rejected: nothing was started, final.
 */
export const JOB_STATUSES = {
  open: ['queued', 'processing', 'input_required'],
  final: ['completed', 'failed', 'cancelled', 'unknown', 'rejected'],
} as const;

export type JobStatus = (typeof JOB_STATUSES)['open' | 'final'][number];

/** Machine-readable reason of an error, beside its sentence. */
export type JobErrorReason =
  | 'tool_error'
  | 'execution_error'
  | 'cancelled'
  | 'not_found'
  | 'invalid_arguments'
  | 'key_conflict'
  | 'full'
  | 'unavailable';

export interface JobError {
  readonly reason: JobErrorReason;
  readonly message: string;
  readonly code?: number;
  readonly retry_after_ms?: number;
}

/** JSON Schema of the payload, published as outputSchema of the tools. */
export const JOB_OUTPUT_SCHEMA = {
  type: 'object',
  properties: {
    task_ref: { type: ['string', 'null'] },
    status: { type: 'string', enum: [...JOB_STATUSES.open, ...JOB_STATUSES.final] },
    is_terminal: { type: 'boolean' },
    message: { type: 'string' },
    result: { type: ['object', 'null'] },
    error: { type: ['object', 'null'] },
    questions: { type: ['object', 'null'] },
    poll_after_ms: { type: ['integer', 'null'] },
    retention: { type: ['object', 'null'] },
  },
  required: [
    ...['task_ref', 'status', 'is_terminal', 'message', 'result', 'error', 'questions', 'poll_after_ms', 'retention'],
  ],
} as const;

export function jobStatus(task: TaskRecord): JobStatus {
  switch (task.state) {
    case 'queued':
    case 'input_required':
    case 'cancelled':
      return task.state;
    case 'running':
      return 'processing';
    case 'settled':
      return task.outcome?.kind === 'result' && task.outcome.result.isError !== true ? 'completed' : 'failed';
  }
}

/** A task as the tools tell it; a failed one carries the tool's own result too, where it gave one. */
export function taskPayload(task: TaskRecord, message = ''): ToolResult {
  const status = jobStatus(task);
  const result = task.outcome?.kind === 'result' ? task.outcome.result : null;
  const expiresAt = task.ttlMs === null ? null : new Date(task.createdAt + task.ttlMs).toISOString();
  return toolResult({
    task_ref: task.id,
    operation: task.tool,
    status,
    is_terminal: isTerminal(task),
    message: message || task.statusMessage || MESSAGES[status],
    result,
    error: taskError(task, status),
    questions: status === 'input_required' ? outstandingRequests(task) : null,
    poll_after_ms: isTerminal(task) ? null : task.pollIntervalMs,
    created_at: new Date(task.createdAt).toISOString(),
    updated_at: new Date(task.updatedAt).toISOString(),
    retention: { ttl_ms: task.ttlMs, expires_at: expiresAt },
  });
}

/** No task stands behind this answer: the reference is unknown, or the request was rejected. Final, and marked isError. */
export function refusalPayload(status: 'unknown' | 'rejected', taskRef: string | null, error: JobError): ToolResult {
  const payload = {
    task_ref: taskRef,
    status,
    is_terminal: true,
    message: error.message,
    result: null,
    error,
    questions: null,
    poll_after_ms: null,
    retention: null,
  };
  return { ...toolResult(payload), isError: true };
}

const MESSAGES: Readonly<Record<JobStatus, string>> = {
  queued: 'Accepted; waiting for a worker',
  processing: 'Being worked on',
  input_required: 'Waiting for answers to what stands in questions',
  completed: 'Done; the result is in result',
  failed: 'Failed; the reason is in error',
  cancelled: 'Cancelled; it will not be completed',
  unknown: 'No such task',
  rejected: 'Not started',
};

function taskError(task: TaskRecord, status: JobStatus): JobError | null {
  if (status === 'cancelled') return { reason: 'cancelled', message: task.statusMessage ?? MESSAGES.cancelled };
  if (status !== 'failed') return null;
  if (task.outcome?.kind !== 'error') return { reason: 'tool_error', message: failureMessage(task) };
  return { reason: 'execution_error', message: task.outcome.error.message, code: task.outcome.error.code };
}

function toolResult(payload: JsonObject): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(payload) }], structuredContent: payload };
}
