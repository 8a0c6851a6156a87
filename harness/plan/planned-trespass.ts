import type { PlannedCall, PlannedTarget } from '../model/plan.ts';
import { principalOf } from '../model/principal.ts';

/**
 * Gives every call of an intruder the call of another agent that it is after, the next one in the plan: its agent will try to read
 * and to cancel the task of that call, and sends its own work under that call's idempotency key. Where agents cannot be told
 * apart, or there are no tasks, nobody intrudes.
 */
export function withTrespasses(
  calls: readonly PlannedCall[],
  isIntruder: (call: PlannedCall) => boolean,
  { facts, dialect }: PlannedTarget,
): readonly PlannedCall[] {
  if (!facts.principals || dialect === 'blocking') return calls;
  const isStranger = (a: PlannedCall, b: PlannedCall) => principalOf(facts, a.agent) !== principalOf(facts, b.agent);
  return calls.map((call, index) => {
    if (!isIntruder(call)) return call;
    const others = [...calls.slice(index + 1), ...calls.slice(0, index).reverse()];
    const victim = others.find((other) => isStranger(other, call) && !isIntruder(other));
    return victim === undefined ? call : { ...call, key: victim.key, trespass: victim.call };
  });
}
