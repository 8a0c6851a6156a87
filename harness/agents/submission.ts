import type { AgentContext } from '../model/agent.ts';
import { nsOf } from '../model/clock.ts';
import type { OkOutcome, Outcome, UnsureOutcome } from '../model/outcome.ts';
import type { PlannedCall } from '../model/plan.ts';
import { sleepUntil, welcomeAt } from './waiting.ts';

/** What an agent holds once its call was taken on. */
export interface Receipt {
  /** The task; null: the server answered at once and there is none. */
  readonly task: string | null;
  readonly outcome: OkOutcome;
  /** ns from run start */
  readonly at: number;
  readonly attempt: number;
  /** The key the accepted attempt carried. */
  readonly key: string | null;
}

/**
 * Sends a call until it is accepted, by the plan's retry rule: what nobody knows and what may pass (full, rate limit, lost
 * session, nobody listening) is sent again; a refusal by the server itself is final. null: given up, with a `quit` event.
 */
export async function submit(context: AgentContext, call: PlannedCall, intended: number): Promise<Receipt | null> {
  const { retry } = context.plan.agents;
  const impatience = context.faultsOf(call.call).find(({ fault }) => fault === 'F9');
  const patienceMs = impatience?.options.afterMs;
  let key = call.key;
  for (let attempt = 1; ; attempt += 1) {
    const isImpatient = attempt === 1 && typeof patienceMs === 'number';
    const timeout = isImpatient ? { timeoutMs: patienceMs } : {};
    const outcome = await context.wire.create(call, { attempt, key, intended, ...timeout });
    if (outcome.type === 'ok') {
      return { task: outcome.task ?? null, outcome, at: context.clock.now(), attempt, key };
    }
    if (isFinal(outcome)) return giveUp(context, call, `refused: ${outcome.message ?? outcome.reason}`);
    if (attempt >= retry.attemptsMax) return giveUp(context, call, `no receipt in ${attempt} attempts`);
    // An impatient agent has waited long enough; it sends again at once.
    const patientAt = context.clock.now() + (isImpatient ? 0 : nsOf(retryDelayMs(context, attempt)));
    const nextAt = Math.max(patientAt, welcomeAt(context, outcome));
    if (nextAt > context.deadline(intended)) return giveUp(context, call, 'no receipt within the time limit');
    await sleepUntil(context, nextAt);
    key = nextKey(key, isImpatient ? impatience?.options.key : retry.key, context);
  }
}

/** Sends an accepted call again on purpose (F8 probe), until it is answered in one way or another. */
export async function probe(context: AgentContext, call: PlannedCall, receipt: Receipt): Promise<void> {
  const probes = context.faultsOf(call.call).filter(({ fault, options }) => fault === 'F8' && options.form === 'probe');
  let attempt = receipt.attempt;
  for (const { options } of probes) {
    const afterMs = typeof options.afterMs === 'number' ? options.afterMs : 0;
    await sleepUntil(context, receipt.at + nsOf(afterMs));
    for (let tries = 1; tries <= context.plan.agents.retry.attemptsMax; tries += 1) {
      attempt += 1;
      const intended = context.clock.now();
      const outcome = await context.wire.create(call, { attempt, key: receipt.key, intended, probe: true });
      if (outcome.type === 'ok' || isFinal(outcome)) break;
      const nextAt = Math.max(context.clock.now() + nsOf(retryDelayMs(context, tries)), welcomeAt(context, outcome));
      if (nextAt > context.deadline(receipt.at)) return;
      await sleepUntil(context, nextAt);
    }
  }
}

/** The wait after attempt n, ms. */
export function retryDelayMs(context: AgentContext, attempt: number): number {
  const { delayMs, factor, delayMsMax } = context.plan.agents.retry;
  return Math.min(delayMsMax, delayMs * factor ** (attempt - 1));
}

/** Records that the agent gives the call up. */
export function giveUp(context: AgentContext, call: PlannedCall, why: string): null {
  context.record({ kind: 'quit', agent: context.agent, call: call.call, why });
  return null;
}

/** The server itself said no, and would say so again. */
function isFinal(outcome: Exclude<Outcome, OkOutcome>): boolean {
  return outcome.type === 'fail' && isLasting(outcome);
}

function isLasting({ reason, answered }: UnsureOutcome): boolean {
  if (reason === 'conflict') return true;
  // `refused` without an answer means that nobody listened.
  return (reason === 'refused' || reason === 'not-found') && answered === true;
}

function nextKey(key: string | null, rule: unknown, context: AgentContext): string | null {
  if (key === null || rule === 'none') return null;
  return rule === 'new' ? context.draw.hex(16) : key;
}
