/**
 * What explicit descriptions add to a tool's own: what returns now and later, its states, repeating, failures, partners and
 * pace, each as the dialect really has it. Numbers and states come from where the server has them too.
 */
import type { Tool } from '../tools/tool.ts';
import type { DialectOptions } from './dialect.ts';
import { ANSWER, CANCEL, RESOLVE } from './job-names.ts';
import { LEGACY_STATUSES } from './legacy-task.ts';
import { MODERN_STATUSES } from './modern-task.ts';
import { DEFAULT_TIMES, durationText, type ServedTimes } from './schema-mode.ts';

/** What of a description differs from dialect to dialect; one sentence or more each. */
export interface ToolWords {
  readonly returns: string;
  readonly states?: string;
  readonly failures: string;
  readonly partners: string;
  readonly pace: string;
}

/** Statuses as callers see them. */
export interface StatusList {
  readonly open: readonly string[];
  readonly final: readonly string[];
}

export function statesText({ open, final }: StatusList): string {
  return `States: ${open.join(', ')} (not final: look again); ${final.join(', ')} (final: never changes again, nor does its result).`;
}

/** What all dialects say of a result that comes when its caller is busy with something else. */
export const LATE =
  'A result that comes late still continues the call that started it: go on with that, and do not start it again.';

export function timesOf({ served = DEFAULT_TIMES }: Pick<DialectOptions, 'served'>): ServedTimes {
  return served;
}

/** The tool's own description, and the words of its dialect. */
export function explicitDescription(tool: Tool, words: ToolWords): string {
  const { returns, states, failures, partners, pace } = words;
  const lines = [tool.description, returns, states, repeatingText(tool), failures, partners, pace];
  return lines.filter((line) => line !== undefined).join('\n');
}

function repeatingText({ repeating }: Tool): string {
  const own = repeating === undefined ? '' : ` ${repeating}`;
  return `Repeating: the same idempotency_key with the same arguments never starts the work twice; with other arguments it is refused. Without a key every call starts new work.${own}`;
}

/** After how long a call of this tool is given up when it does not say it. */
export function timeoutText(tool: Pick<Tool, 'slaMs'>, { slaMs }: ServedTimes): string {
  return `after max_wait_seconds, ${durationText(tool.slaMs ?? slaMs)} unless given`;
}

const REFUSED = 'A full or stopping server refuses the call with an error and starts nothing: come again later.';

/** A call that answers when the work is done. */
export function blockingWords(tool: Tool, times: ServedTimes): ToolWords {
  return {
    returns: 'Returns nothing now: the call waits until the work is done and then answers with the result itself.',
    failures: `Failures: isError in the result when the work itself failed; an error when the work timed out (${timeoutText(tool, times)}), was interrupted by a restart or was cancelled. ${REFUSED}`,
    partners:
      'Cancelling the request stops the work, unless it has an idempotency_key. A lost connection does not: send the same call with the same key again, and it answers with the result of the original call.',
    pace: `Do not poll: wait. With a key the result is kept for ${durationText(times.ttlMs)} from the call.`,
  };
}

/** Revision 2025-11-25; `isRequired`: it cannot be called otherwise. */
export function legacyWords(tool: Tool, times: ServedTimes, isRequired: boolean): ToolWords {
  const otherwise = isRequired
    ? 'Without params.task it is refused.'
    : 'Without params.task the call waits and answers with the result itself.';
  return {
    returns: `Returns now, when called with params.task: a receipt with a taskId. Returns later: the result, from tasks/result. ${otherwise}`,
    states: statesText(LEGACY_STATUSES),
    failures: `Failures: failed when the work timed out (${timeoutText(tool, times)}), was interrupted by a restart or ended with isError; cancelled when somebody stopped it; an expired or unknown taskId is refused with error -32602. ${REFUSED}`,
    partners: `Partners: tasks/get reads the state, tasks/result waits for the result and carries what the work asks, tasks/cancel stops the work. ${LATE}`,
    pace: paceText(times, 'the ttl and pollInterval of the receipt say'),
  };
}

/** Revision 2026-07-28 with the extension; what else a client gets is `otherwise`. */
export function modernWords(tool: Tool, times: ServedTimes, otherwise: string): ToolWords {
  return {
    returns: `Returns now, to a client with the extension io.modelcontextprotocol/tasks: a receipt with a taskId. Returns later: the result, in tasks/get. ${otherwise}`,
    states: statesText(MODERN_STATUSES),
    failures: `Failures: failed with an error when the work timed out (${timeoutText(tool, times)}) or was interrupted by a restart; completed with isError in the result when the work itself failed; cancelled when somebody stopped it; an expired or unknown taskId is refused with error -32602. ${REFUSED}`,
    partners: `Partners: tasks/get reads the state and the result, tasks/update answers what the work asks, tasks/cancel stops the work. ${LATE}`,
    pace: paceText(times, 'the ttlMs and pollIntervalMs of the receipt say'),
  };
}

/** The same with a window in which the result is waited for; clients without the extension get a job handle for a receipt. */
export function graceWords(tool: Tool, times: ServedTimes, graceMs: number): ToolWords {
  const { failures, partners } = modernWords(tool, times, '');
  return {
    returns: `Returns now, that is within ${durationText(graceMs)}: the result if the work is done by then, else a receipt, with a taskId for a client with the extension io.modelcontextprotocol/tasks and with a task_ref for any other. Returns later: the result, in tasks/get or from ${RESOLVE}.`,
    states: `${statesText(MODERN_STATUSES)} ${RESOLVE} lists those of a task_ref.`,
    failures,
    partners: `${partners} With a task_ref: ${RESOLVE}, ${ANSWER} and ${CANCEL}.`,
    pace: paceText(times, 'the receipt says'),
  };
}

export function paceText({ pollIntervalMs, ttlMs }: ServedTimes, unless: string): string {
  return `Poll every ${durationText(pollIntervalMs)}. The result is kept for ${durationText(ttlMs)} from the call. Both unless ${unless} otherwise.`;
}
