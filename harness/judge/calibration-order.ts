import type { Observation } from './calibration-observation.ts';

/**
 * The share of pairs in flight together whose order nobody can foretell: they were sent, or their results arrived, no more than
 * `withinMs` apart. 0 to 1.
 */
export function undecidedShare({ order }: Observation, withinMs: number): number {
  const { sentMs, knownMs, overlapping } = order;
  if (overlapping === 0) return 0;
  return Math.min(1, (pairsWithin(sentMs, withinMs) + pairsWithin(knownMs, withinMs)) / overlapping);
}

/** Pairs of instants no more than `withinMs` apart. */
function pairsWithin(instantsMs: readonly number[], withinMs: number): number {
  const ascending = [...instantsMs].sort((a, b) => a - b);
  let pairs = 0;
  let first = 0;
  for (const [index, ms] of ascending.entries()) {
    while (ms - (ascending[first] ?? ms) > withinMs) first += 1;
    pairs += index - first;
  }
  return pairs;
}
