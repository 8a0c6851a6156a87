import type { AgentContext, AgentPolicy } from '../model/agent.ts';
import { nsOf } from '../model/clock.ts';
import { isTerminal } from '../model/operation.ts';
import type { OkOutcome } from '../model/outcome.ts';
import type { PlannedCall } from '../model/plan.ts';
import { cancelInTime, type Held } from './fetching.ts';
import { giveUp, probe, submit } from './submission.ts';
import { trespass } from './trespass.ts';
import { sleepUntil } from './waiting.ts';

/** Waits for the outcome of a task in a policy's own way. null: given up, with a `quit` event. */
export type Wait = (context: AgentContext, held: Held) => Promise<OkOutcome | null>;

/**
 * The way of every agent: submit, wait in the policy's manner while probes and a planned cancel go on beside, take the
 * result as the answer to the call, be busy for `busyMs`, make the next step once.
 */
// Made once: an abort without a reason makes an exception with a stack each time.
const DONE = new Error('the result is there');

export function policy(meta: AgentPolicy['meta'], wait: Wait, options = { isBusyAfterwards: true }): AgentPolicy {
  return {
    meta,
    async run(context, call, intended) {
      const receipt = await submit(context, call, intended);
      if (receipt === null) return;
      const { task } = receipt;
      const isRace = context.faultsOf(call.call).some(({ fault }) => fault === 'F28');
      const finish = (outcome: OkOutcome, id: string) =>
        conclude(context, call, { outcome, task: id, busyMs: options.isBusyAfterwards ? call.busyMs : 0 });
      const work = async () => {
        if (hasResult(receipt.outcome)) return finish(receipt.outcome, task ?? `call-${call.call}`);
        if (task === null) return void giveUp(context, call, 'the receipt names no task');
        const held = { call, task, receipt };
        const waiting = waitFromThen(context, held, wait);
        const outcome = isRace || call.cancelAfterMs === null ? await waiting : await beside(context, held, waiting);
        if (outcome) await finish(outcome, task);
      };
      // Who races cancels in any case, also what has just ended.
      const race = isRace && task !== null ? [cancelInTime(context, { call, task, receipt }, context.signal)] : [];
      await together([work(), probe(context, call, receipt), trespass(context, call), ...race]);
    },
  };
}

/** The outcome that is waited for, with a planned cancel beside the wait. */
function beside(context: AgentContext, held: Held, waiting: Promise<OkOutcome | null>): Promise<OkOutcome | null> {
  const done = new AbortController();
  return together([waiting.finally(() => done.abort(DONE)), cancelInTime(context, held, done.signal)]);
}

/** Turns to the task when the agent is to come back to it, and waits for it from then on. */
async function waitFromThen(context: AgentContext, held: Held, wait: Wait): Promise<OkOutcome | null> {
  const { call, receipt } = held;
  if (call.fetchAfterMs !== undefined) await sleepUntil(context, receipt.at + nsOf(call.fetchAfterMs));
  return wait(context, held);
}

/** The result enters the agent's context, is bound to its call, and the call's next step is made of it. */
async function conclude(
  context: AgentContext,
  { call }: PlannedCall,
  { outcome, task, busyMs }: { readonly outcome: OkOutcome; readonly task: string; readonly busyMs: number },
): Promise<void> {
  const { agent, clock } = context;
  context.record({ kind: 'know', task, call, agent });
  context.record({ kind: 'bind', task, call, agent, ...(outcome.echo === undefined ? {} : { echo: outcome.echo }) });
  if (busyMs > 0) {
    const from = clock.now();
    await clock.sleep(busyMs, context.signal);
    context.record({ kind: 'act', agent, from, to: clock.now(), call });
  }
  context.record({ kind: 'use', call, inputs: [task], agent });
}

/** A terminal status alone is no result: the receipt of a call sent again may say that its task is done, and no more. */
function hasResult({ task, status, result, resultSha, error }: OkOutcome): boolean {
  if (!isTerminal(status)) return false;
  return task === undefined || result !== undefined || resultSha !== undefined || error !== undefined;
}

/** The value of the first job, once all have ended; the first error, once all have ended. Leaves nothing running. */
async function together<Value>(jobs: readonly [Promise<Value>, ...Promise<unknown>[]]): Promise<Value> {
  await Promise.allSettled(jobs);
  await Promise.all(jobs);
  return jobs[0];
}
