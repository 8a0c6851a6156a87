import { msOf, nsOf } from '../model/clock.ts';
import { isTerminal, STATUSES, type Status } from '../model/operation.ts';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';
import { type Answer, described } from './answer.ts';
import type { AuditSession } from './audit-session.ts';
import type { ToolCall } from './audit-tools.ts';
import type { ModernClient, ModernHow } from './modern-client.ts';

/** What tools/call came to. */
export interface Receipt {
  readonly answer: Answer;
  /** null: no task came back. */
  readonly taskId: string | null;
}

// A client honours the hint; one that asks for minutes would be waited for longer than any work here takes.
const POLL_MS_MAX = 1_000;
const POLL_MS_MIN = 20;

/** Calls the tool as a client that knows tasks. */
export async function createTask(client: ModernClient, call: ToolCall, how?: ModernHow): Promise<Receipt> {
  const answer = await client.request('tools/call', { name: call.name, arguments: call.arguments }, how);
  const taskId = answer.result?.taskId;
  const isTask =
    answer.result?.resultType === 'task' || (typeof taskId === 'string' && 'status' in (answer.result ?? {}));
  return { answer, taskId: isTask && typeof taskId === 'string' ? taskId : null };
}

/** The same, for probes of what is done to a task: one that cannot be read counts as none, and is another probe's business. */
export async function createReadable(client: ModernClient, call: ToolCall): Promise<Receipt> {
  const receipt = await createTask(client, call);
  if (receipt.taskId === null) return receipt;
  const read = await getTask(client, receipt.taskId);
  return read.result === null ? { answer: read, taskId: null } : receipt;
}

/** Why there is nothing to look at further. */
export function whyNoTask({ answer }: Receipt): string {
  return `there is no task to look at: ${described(answer)}`;
}

export function getTask(client: ModernClient, taskId: string, how?: ModernHow): Promise<Answer> {
  return client.request('tasks/get', { taskId }, how);
}

export function statusOf(answer: Answer | undefined): Status | undefined {
  return statusIn(answer?.result ?? {});
}

/** The status that a task, wherever it stands, says. */
export function statusIn({ status }: JsonObject): Status | undefined {
  return STATUSES.find((known) => known === status);
}

/** Reads the task as often as it asks for until the answer passes, is an error, or the time is over. All answers, in order. */
export async function followTask(
  session: AuditSession,
  client: ModernClient,
  {
    taskId,
    withinMs,
    until,
  }: { readonly taskId: string; readonly withinMs: number; readonly until?: (answer: Answer) => boolean },
): Promise<readonly Answer[]> {
  const { clock, signal } = session;
  const isDone = until ?? ((answer: Answer) => isTerminal(statusOf(answer)));
  const deadline = clock.now() + nsOf(withinMs);
  const answers: Answer[] = [];
  for (;;) {
    const answer = await getTask(client, taskId);
    answers.push(answer);
    const leftMs = msOf(deadline - clock.now());
    if (answer.result === null || isDone(answer) || leftMs <= 0) return answers;
    await clock.sleep(Math.min(pollMs(answer.result), leftMs), signal);
  }
}

function pollMs({ pollIntervalMs }: JsonObject): number {
  const wanted = typeof pollIntervalMs === 'number' && pollIntervalMs > 0 ? pollIntervalMs : 0;
  return Math.min(POLL_MS_MAX, Math.max(POLL_MS_MIN, wanted));
}

const OUTCOMES = ['result', 'error', 'inputRequests'] as const;
const OUTCOME_OF: Readonly<Partial<Record<Status, (typeof OUTCOMES)[number]>>> = {
  completed: 'result',
  failed: 'error',
  input_required: 'inputRequests',
};

/** What is wrong with what a reading says of the outcome; empty: nothing. */
export function outcomeFaults(task: JsonObject, status: Status): readonly string[] {
  const due = OUTCOME_OF[status];
  const absent = due !== undefined && !isObject(task[due]) ? [`it is ${status} and carries no ${due}`] : [];
  const stray = OUTCOMES.filter((key) => key !== due && key in task).map((key) => `it is ${status} and carries ${key}`);
  return [...absent, ...stray];
}

/** A date and a time with a zone. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const LEGACY_KEYS = ['ttl', 'pollInterval', 'task'] as const;

/** What is wrong with the form of a task, in a receipt or a reading; empty: nothing. */
export function shapeFaults(task: JsonObject): readonly string[] {
  const { taskId, ttlMs, pollIntervalMs, statusMessage } = task;
  const faults = LEGACY_KEYS.filter((key) => key in task).map((key) => `it has the key ${key} of 2025-11-25`);
  if (typeof taskId !== 'string' || taskId === '') faults.push('taskId is no text');
  if (!STATUSES.some((known) => known === task.status)) faults.push(`status is ${JSON.stringify(task.status)}`);
  for (const key of ['createdAt', 'lastUpdatedAt']) {
    const date = task[key];
    if (typeof date !== 'string' || !ISO_8601.test(date)) faults.push(`${key} is no ISO 8601 time`);
  }
  if (!('ttlMs' in task)) faults.push('ttlMs is missing');
  else if (ttlMs !== null && !Number.isInteger(ttlMs)) faults.push(`ttlMs is ${JSON.stringify(ttlMs)}`);
  if (pollIntervalMs !== undefined && !Number.isInteger(pollIntervalMs)) {
    faults.push(`pollIntervalMs is ${JSON.stringify(pollIntervalMs)}`);
  }
  if (statusMessage !== undefined && typeof statusMessage !== 'string') faults.push('statusMessage is no text');
  return faults;
}
