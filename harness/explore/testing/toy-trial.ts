import type { Event } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import type { Attempt, Trial } from '../trial.ts';

/** A judge of plans instead of runs: a rule says which invariant a plan breaks, null: none. Counts what it was asked. */
export function createToyTrial(rule: (plan: Plan) => string | null): Trial & { readonly plans: Plan[] } {
  const plans: Plan[] = [];
  const trial = async (plan: Plan): Promise<Attempt> => {
    plans.push(plan);
    const invariant = rule(plan);
    return {
      valid: invariant === null,
      violations:
        invariant === null ? [] : [{ checker: 'toy', finding: { invariant, message: 'it broke', events: [0] } }],
      ours: [],
      situations: plan.faults.map(({ fault }) => ({ id: fault, count: 1 })),
      fates: { 'settled-ok': plan.calls.length },
      faults: { planned: plan.faults.length, verified: plan.faults.length },
      events: eventsOf(plan),
    };
  };
  return Object.assign(trial, { plans });
}

function eventsOf(plan: Plan): readonly Event[] {
  return plan.calls.map(({ call, agent }, seq) => ({
    ...{ seq, t: seq, wall: seq },
    ...{ kind: 'quit', call, agent, why: `toy ${plan.seed}` },
  }));
}
