import type { AgentContext } from '../model/agent.ts';
import { nsOf } from '../model/clock.ts';
import type { PlannedCall } from '../model/plan.ts';
import { sleepUntil } from './waiting.ts';

const LOOK_MS = 20;
const WAIT_MS_MAX = 20_000; // The other agent may have work before this call; then there is nothing to be found.

/**
 * Tries to read, to fetch and to cancel the task of another agent's call, once each, as soon as there is one. What the server
 * answers is in the history; nothing comes of it for the agent.
 */
export async function trespass(context: AgentContext, { trespass: victim }: PlannedCall): Promise<void> {
  // Most calls mind their own business, and plans are long.
  if (victim === undefined) return;
  const call = context.plan.calls.find((other) => other.call === victim);
  if (call === undefined) return;
  const until = context.clock.now() + nsOf(WAIT_MS_MAX);
  let task = context.taskOf(call.call);
  while (task === null && context.clock.now() < until) {
    await sleepUntil(context, context.clock.now() + nsOf(LOOK_MS));
    task = context.taskOf(call.call);
  }
  if (task === null) return;
  await context.wire.trespass('get', call, task);
  if (context.wire.hasBlockingResult) await context.wire.trespass('result', call, task);
  await context.wire.trespass('cancel', call, task);
}
