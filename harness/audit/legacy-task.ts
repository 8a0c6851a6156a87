import { msOf, nsOf } from '../model/clock.ts';
import { isTerminal, STATUSES, type Status } from '../model/operation.ts';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';
import { type Answer, described } from './answer.ts';
import type { AuditSession } from './audit-session.ts';
import type { ToolCall } from './audit-tools.ts';
import type { LegacyClient } from './legacy-client.ts';

export const RELATED_TASK = 'io.modelcontextprotocol/related-task';
export const INVALID_PARAMS = -32_602;
export const METHOD_NOT_FOUND = -32_601;
export const INTERNAL_ERROR = -32_603;

/** What a call with params.task came to. */
export interface LegacyReceipt {
  readonly answer: Answer;
  /** As it stands in the answer; null: none does. */
  readonly task: JsonObject | null;
  readonly taskId: string | null;
}

// A server's hint is honoured, but an audit looks more closely than a client has to.
const POLL_MS_MAX = 250;
const POLL_MS_MIN = 20;

/** Calls the tool as a task. `meta` goes into `_meta`. */
export async function createLegacyTask(
  client: LegacyClient,
  call: ToolCall,
  { task = {}, meta }: { readonly task?: JsonObject; readonly meta?: JsonObject } = {},
): Promise<LegacyReceipt> {
  const _meta = meta === undefined ? {} : { _meta: meta };
  return receiptIn(await client.request('tools/call', { name: call.name, arguments: call.arguments, task, ..._meta }));
}

export function receiptIn(answer: Answer): LegacyReceipt {
  const task = answer.result !== null && isObject(answer.result.task) ? answer.result.task : null;
  return { answer, task, taskId: typeof task?.taskId === 'string' ? task.taskId : null };
}

/** Why there is nothing to look at further. */
export function whyNoLegacyTask({ answer }: LegacyReceipt): string {
  return `the call was answered without a task: ${described(answer)}`;
}

/** A call of the work tool, or why its tool cannot be called as a task. */
export function taskCall(
  session: AuditSession,
  role: Parameters<AuditSession['tools']['call']>[0],
  ms?: number,
): ToolCall | string {
  const call = session.tools.call(role, ms === undefined ? {} : { ms });
  if (call === null) return session.tools.missing(role);
  const support = session.tools.listed.get(call.name)?.taskSupport ?? 'forbidden';
  return support === 'forbidden' ? `the tool ${call.name} cannot be called as a task (execution.taskSupport)` : call;
}

export function getLegacyTask(client: LegacyClient, taskId: string): Promise<Answer> {
  return client.request('tasks/get', { taskId });
}

export function legacyStatusOf(answer: Answer | undefined): Status | undefined {
  const status = answer?.result?.status;
  return STATUSES.find((known) => known === status);
}

export interface LegacyFollow {
  readonly taskId: string;
  readonly withinMs: number;
  readonly until?: (answer: Answer) => boolean;
}

/** Reads the task until the answer passes, is an error, or the time is over. All answers, in order. */
export async function followLegacyTask(
  session: AuditSession,
  client: LegacyClient,
  { taskId, withinMs, until = (answer) => isTerminal(legacyStatusOf(answer)) }: LegacyFollow,
): Promise<readonly Answer[]> {
  const { clock, signal } = session;
  const deadline = clock.now() + nsOf(withinMs);
  const answers: Answer[] = [];
  for (;;) {
    const answer = await getLegacyTask(client, taskId);
    answers.push(answer);
    const leftMs = msOf(deadline - clock.now());
    if (answer.result === null || until(answer) || leftMs < 1) return answers;
    await clock.sleep(Math.min(pollMs(answer.result), leftMs), signal);
  }
}

function pollMs({ pollInterval }: JsonObject): number {
  const wanted = typeof pollInterval === 'number' && pollInterval > 0 ? pollInterval : 0;
  return Math.min(POLL_MS_MAX, Math.max(POLL_MS_MIN, wanted));
}

/** The task that a message says it belongs to; undefined: it says none. */
export function relatedTask(holder: unknown): unknown {
  if (!isObject(holder) || !isObject(holder._meta)) return undefined;
  const related = holder._meta[RELATED_TASK];
  return isObject(related) ? related.taskId : undefined;
}
