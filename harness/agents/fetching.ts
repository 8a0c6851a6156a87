import type { AgentContext } from '../model/agent.ts';
import type { BackoffInput } from '../model/backoff.ts';
import { msOf, nsOf } from '../model/clock.ts';
import { linkSignals } from '../model/linked-signal.ts';
import { isTerminal } from '../model/operation.ts';
import type { OkOutcome, Outcome } from '../model/outcome.ts';
import type { PlannedCall } from '../model/plan.ts';
import { type Answering, createAnswering } from './answering.ts';
import { giveUp, type Receipt, retryDelayMs } from './submission.ts';
import { sleepUntil, sleepWithinLimit, welcomeAt } from './waiting.ts';

/** A read that finds no task is confirmed by two more before the agent believes that its work is lost. */
export const MISSING_READS_MAX = 3;

/** A task an agent waits for. */
export interface Held {
  readonly call: PlannedCall;
  readonly task: string;
  readonly receipt: Receipt;
}

/**
 * Polls by the plan's backoff until the task is terminal. Poll n is due its delay after the instant at which poll n − 1 was
 * due, so that slow replies make no drift. Reads that fail count as polls and are repeated in their turn. What the task asks
 * for is answered beside the polls. null: given up, with a `quit` event.
 */
export async function pollUntilTerminal(context: AgentContext, held: Held, pollsMax = Infinity): Promise<Fetched> {
  const answering = createAnswering(context, held);
  try {
    return await poll(context, held, answering, pollsMax);
  } finally {
    await answering.end();
  }
}

async function poll(context: AgentContext, held: Held, answering: Answering, pollsMax: number): Promise<Fetched> {
  const { receipt, call, task } = held;
  const reader = createReader();
  let hintMs = receipt.outcome.pollMs ?? null;
  let dueAt = receipt.at;
  let sentAt = receipt.at;
  let previousMs: number | null = null;
  let welcomeAtNs = 0;
  for (let number = 1; number <= pollsMax; number += 1) {
    // A receipt that already says "done" (of a call sent again) is followed by a read at once: there is nothing to wait for.
    const isDue = number === 1 && isTerminal(receipt.outcome.status);
    const elapsedMs = msOf(dueAt - receipt.at);
    const delayMs: number = isDue ? 0 : delayBefore(context, call, { poll: number, previousMs, elapsedMs, hintMs });
    previousMs = delayMs;
    // Who respects the hint keeps the distance also after a poll that went out late.
    const politeAt = hintMs !== null && delayMs >= hintMs ? sentAt + nsOf(hintMs) : 0;
    dueAt = Math.max(dueAt + nsOf(delayMs), politeAt, welcomeAtNs, context.clock.now());
    const isLast = await sleepWithinLimit(context, dueAt, receipt.at);
    const fetched = answering.fetched();
    if (fetched !== null) return fetched;
    const lastSentAt = sentAt;
    sentAt = context.clock.now();
    const outcome = await context.wire.get(call, task);
    welcomeAtNs = welcomeAt(context, outcome);
    const verdict = reader.judge(outcome);
    if (verdict.kind === 'lost') return lost(context, held);
    if (verdict.kind === 'seen') {
      hintMs = verdict.outcome.pollMs ?? hintMs;
      if (isTerminal(verdict.outcome.status)) {
        context.durations.add(call.tool, durationMs(verdict.outcome, receipt.at, { from: lastSentAt, to: sentAt }));
        return withResult(context, held, verdict.outcome, answering);
      }
      // Who polls no more waits in the blocking fetch, and is asked there.
      if (number < pollsMax) answering.see(verdict.outcome);
    }
    if (isLast) return giveUp(context, call, 'not terminal within the time limit');
  }
  return 'still working';
}

function delayBefore(
  { backoff, plan, durations, draw }: AgentContext,
  { tool }: PlannedCall,
  { poll, previousMs, elapsedMs, hintMs }: Pick<BackoffInput, 'poll' | 'previousMs' | 'elapsedMs' | 'hintMs'>,
): number {
  const { options } = plan.agents.backoff;
  return backoff.delayMs({ poll, previousMs, elapsedMs, hintMs, pastMs: durations.of(tool), options, draw });
}

/**
 * How long a task took, as its client can tell: by the dates of the server, which are of one clock; without them it ended in
 * the middle between the last poll that found it at work and the one that did not.
 */
function durationMs(
  { createdAt, lastUpdatedAt }: OkOutcome,
  ackedAt: number,
  ended: { readonly from: number; readonly to: number },
): number {
  const stated = Date.parse(lastUpdatedAt ?? '') - Date.parse(createdAt ?? '');
  return stated >= 0 ? stated : msOf((ended.from + ended.to) / 2 - ackedAt);
}

/** The outcome of a task as its agent has it in hand; null: given up; 'still working': the number of polls is used up. */
export type Fetched = OkOutcome | null | 'still working';

/** Waits in the server's own blocking fetch, again and again until it answers. null: given up, with a `quit` event. */
export async function fetchBlocking(context: AgentContext, held: Held): Promise<OkOutcome | null> {
  const { call, task, receipt } = held;
  const reader = createReader();
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await context.wire.result(call, task);
    const verdict = reader.judge(outcome);
    if (verdict.kind === 'lost') return lost(context, held);
    // A blocking fetch that answers has the result, also where it does not repeat the status.
    if (verdict.kind === 'seen' && (verdict.outcome.status === undefined || isTerminal(verdict.outcome.status))) {
      return verdict.outcome;
    }
    const nextAt = Math.max(context.clock.now() + nsOf(retryDelayMs(context, attempt)), welcomeAt(context, outcome));
    if (await sleepWithinLimit(context, nextAt, receipt.at)) {
      return giveUp(context, call, 'no result within the time limit');
    }
  }
}

/** Cancels the task `cancelAfterMs` after its receipt, unless `done` comes first. Asks again when nobody knows. */
export async function cancelInTime(context: AgentContext, held: Held, done: AbortSignal): Promise<void> {
  const { call, task, receipt } = held;
  if (call.cancelAfterMs === null) return;
  using linked = linkSignals(context.signal, done);
  const either = linked.signal;
  try {
    await sleepUntil(context, receipt.at + nsOf(call.cancelAfterMs), either);
    for (let attempt = 1; attempt <= context.plan.agents.retry.attemptsMax; attempt += 1) {
      const outcome = await context.wire.cancel(call, task);
      if (outcome.type === 'ok' || (outcome.type === 'fail' && outcome.answered === true)) return;
      const nextAt = Math.max(context.clock.now() + nsOf(retryDelayMs(context, attempt)), welcomeAt(context, outcome));
      await sleepUntil(context, nextAt, either);
    }
  } catch (error) {
    // The result was faster: nothing is left to cancel. The end of the run goes on to the caller.
    if (context.signal.aborted) throw error;
  }
}

type Verdict = { readonly kind: 'seen'; readonly outcome: OkOutcome } | { readonly kind: 'lost' | 'unclear' };

/** Judges reads one after the other: a task is lost when MISSING_READS_MAX of them in a row found none. */
export function createReader(): { judge(outcome: Outcome): Verdict } {
  let missingReads = 0;
  return {
    judge(outcome) {
      if (outcome.type === 'ok') {
        missingReads = 0;
        return { kind: 'seen', outcome };
      }
      if (outcome.type !== 'fail' || outcome.reason !== 'not-found') return { kind: 'unclear' };
      missingReads += 1;
      return { kind: missingReads >= MISSING_READS_MAX ? 'lost' : 'unclear' };
    },
  };
}

export function lost(context: AgentContext, { call, task }: Held): null {
  return giveUp(context, call, `lost: the server does not know task ${task} any more`);
}

/** Where a read of a terminal task does not carry the result, it is fetched. A cancelled task has none. */
export async function withResult(
  context: AgentContext,
  held: Held,
  seen: OkOutcome,
  answering: Answering,
): Promise<OkOutcome | null> {
  if (context.wire.getCarriesResult || seen.status === 'cancelled') return seen;
  const fetched = (await answering.settled()) ?? (await fetchBlocking(context, held));
  if (fetched === null || fetched.status !== undefined || seen.status === undefined) return fetched;
  return { ...fetched, status: seen.status };
}
