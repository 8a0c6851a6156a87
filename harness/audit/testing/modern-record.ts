import type { RpcId } from '../../wire/json-rpc.ts';
import type { ModernFlaw } from './modern-flaws.ts';

/** One task of the scripted server; its state follows from the time. */
export interface Task {
  readonly id: string;
  readonly owner: number;
  /** What the arguments asked for: '', 'error', 'throw', 'ask', 'ask-first'. */
  readonly mode: string;
  readonly requestId: RpcId;
  readonly createdMs: number;
  endsMs: number;
  readonly takesMs: number;
  answered: boolean;
  forgotten: boolean;
  reads: number;
  cancelledMs: number | null;
}

export const WORK_ERROR = { code: 1001, message: 'it was told to throw' };
export const IS_ERROR = { content: [{ type: 'text', text: 'it was told to fail' }], isError: true };
const FINE = { content: [{ type: 'text', text: 'done' }] };
const TTL_MS = 60_000;
const REVIVED_MS = 60;

export function outcomeOf(mode: string, flaws?: ReadonlySet<ModernFlaw>): Readonly<Record<string, unknown>> {
  return mode === 'error' && flaws?.has('loses-is-error') !== true ? IS_ERROR : FINE;
}

/** How the task stands now, as tasks/get says it. */
export function shown(task: Task, nowMs: number, flaws: ReadonlySet<ModernFlaw>): Record<string, unknown> {
  const status = statusOf(task, nowMs, flaws);
  const date = (ms: number) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
  const moved = flaws.has('reads-move-dates') ? task.reads : 0;
  const changedMs = status === 'working' ? task.createdMs : Math.min(nowMs, task.cancelledMs ?? task.endsMs);
  const common: Record<string, unknown> = {
    ...{ taskId: task.id, status, createdAt: date(task.createdMs), lastUpdatedAt: date(changedMs + moved) },
    ...{ ttlMs: flaws.has('fractional-ttl') ? 0.5 : TTL_MS, pollIntervalMs: 20 },
    ...(flaws.has('says-ttl') ? { ttl: TTL_MS } : {}),
  };
  return { ...common, ...outcome(task, status, flaws) };
}

function statusOf(task: Task, nowMs: number, flaws: ReadonlySet<ModernFlaw>): string {
  const { mode, endsMs, cancelledMs } = task;
  if (cancelledMs !== null) {
    return flaws.has('revives-cancelled') && nowMs > cancelledMs + REVIVED_MS ? 'completed' : 'cancelled';
  }
  if (mode === 'ask' && !task.answered) return nowMs < task.createdMs + 20 ? 'working' : 'input_required';
  if (flaws.has('asks-again-by-key') && mode === 'ask' && nowMs > endsMs - 40) return 'input_required';
  if (nowMs < endsMs) return 'working';
  if (mode === 'throw') return flaws.has('completes-errors') ? 'completed' : 'failed';
  return mode === 'error' && flaws.has('fails-is-errors') ? 'failed' : 'completed';
}

function outcome(task: Task, status: string, flaws: ReadonlySet<ModernFlaw>): Readonly<Record<string, unknown>> {
  switch (status) {
    case 'working':
      return flaws.has('working-with-result') ? { result: FINE } : {};
    case 'input_required':
      return { inputRequests: task.forgotten ? {} : questions(task, flaws) };
    case 'completed':
      return flaws.has('completed-without-result') ? {} : { result: outcomeOf(task.mode, flaws) };
    case 'cancelled':
      return flaws.has('cancelled-with-result') ? { result: FINE } : {};
    default:
      return {
        ...(flaws.has('says-no-reason') ? {} : { statusMessage: 'it went wrong' }),
        ...(flaws.has('failed-without-error')
          ? {}
          : { error: { ...WORK_ERROR, ...(flaws.has('other-error-code') ? { code: 7 } : {}) } }),
      };
  }
}

function questions({ id, reads }: Task, flaws: ReadonlySet<ModernFlaw>): Readonly<Record<string, unknown>> {
  const message = flaws.has('changes-questions') ? `May it? (asked ${reads} times)` : `May ${id} go on?`;
  return { approval: { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema: {} } } };
}
