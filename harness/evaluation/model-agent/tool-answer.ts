import type { JobStatus } from '../../model/evaluation/episode.ts';
import type { Json } from '../../model/evaluation/instance.ts';

interface Ended {
  readonly status: JobStatus;
  readonly result: Json;
}

const STATUS_WORDS: Readonly<Record<JobStatus, string>> = {
  ok: 'completed',
  error: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  lost: 'lost',
};

/** The answer to a call whose result the host has. */
export function resultText({ status, result }: Ended): string {
  if (status === 'ok') return JSON.stringify(result);
  if (status === 'error') return JSON.stringify({ is_error: true, result });
  return JSON.stringify({ is_error: true, error: typeof result === 'string' ? result : `the work was ${status}` });
}

/** The answer to a call whose result comes later. */
export function receiptText(taskId: string): string {
  return JSON.stringify({ task_id: taskId, status: 'working', note: 'The result is not there yet.' });
}

/** What a host tells a model of a result that came later. */
export function lateText(taskId: string, { status, result }: Ended): string {
  const end = { task_id: taskId, status: STATUS_WORDS[status] };
  if (status === 'ok') return `Result of a task: ${JSON.stringify({ ...end, result })}`;
  if (status === 'error') return `Result of a task: ${JSON.stringify({ ...end, is_error: true, result })}`;
  const error = typeof result === 'string' ? result : `the work was ${status}`;
  return `Result of a task: ${JSON.stringify({ ...end, is_error: true, error })}`;
}

export function waitedText(arrivedCount: number, open: readonly string[]): string {
  return JSON.stringify({ results_arrived: arrivedCount, still_running: open });
}

export function errorText(why: string): string {
  return JSON.stringify({ is_error: true, error: why });
}
