import { headsOf, tailsOf, type Work } from './work.ts';

/**
 * No schedule ends before this, ms. For each pair of a head and a tail: the steps that can begin no earlier and leave no less
 * have to be acted on one after the other in between. Holds the longest path (one step) and the load of the agent (all of
 * them). With m slots also all work spread evenly over them, behind the first action. 0: there are no steps.
 * Source: the bound by heads and tails of a single machine (J. Carlier, EJOR 11, 1982).
 */
export function lowerBoundMs(work: Work): number {
  const heads = headsOf(work);
  const tails = tailsOf(work);
  let bound = slotBoundMs(work);
  for (const head of new Set(heads)) {
    const ascending = tails.filter((_, index) => (heads[index] ?? 0) >= head).sort((a, b) => a - b);
    for (const [position, tail] of ascending.entries()) {
      bound = Math.max(bound, head + work.agentMs * (ascending.length - position) + tail);
    }
  }
  return bound;
}

/** The agent does one thing after the other and waits for each result: a blocking agent, ms. */
export function serialMs({ steps, agentMs }: Work): number {
  return steps.reduce((sum, { latencyMs }) => sum + agentMs + latencyMs, 0);
}

function slotBoundMs({ steps, slots, agentMs }: Work): number {
  if (slots === null || steps.length === 0) return 0;
  return agentMs + steps.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / slots;
}
