import type { Plan } from '../model/plan.ts';
import type { ObservedClient } from '../wire/witness/observed-client.ts';

/** The plan with the calls that were made, in the dialect that was spoken: what the run is judged by. */
export function withObserved(plan: Plan, { calls, agents, dialect, hasKeys, hasTokens }: ObservedClient): Plan {
  const { target } = plan;
  return {
    ...plan,
    calls,
    agents: { ...plan.agents, count: agents },
    target: {
      ...target,
      dialect: dialect ?? target.dialect,
      facts: {
        ...target.facts,
        key: hasKeys,
        // An effect that belongs to no call we know of would be called a phantom.
        effects: hasTokens ? target.facts.effects : 'none',
      },
    },
  };
}
