import type { Prng } from '../model/prng.ts';
import type { Threshold } from '../plan/threshold.ts';
import { needsFreshPairs, type Rounds } from './confirmation.ts';
import { decideMetrics } from './decision.ts';
import { gateInputs, type MeasuredPair } from './paired-metrics.ts';

export interface RoundsInput {
  readonly first: readonly MeasuredPair[];
  readonly thresholds: readonly Threshold[];
  /** Asked once at most, where the first pairs alarm or leave the answer open. None: there was no time for any. */
  readonly fresh: () => Promise<readonly MeasuredPair[]>;
  readonly draw: Prng;
}

/** Decides the first pairs, and, where one look is not enough, fresh ones and both together. */
export async function decideInRounds({ first, thresholds, fresh, draw }: RoundsInput): Promise<Rounds> {
  const decide = (pairs: readonly MeasuredPair[], label: string) =>
    decideMetrics(gateInputs(pairs, thresholds), draw.fork(label));
  const decided = decide(first, 'first');
  const again = needsFreshPairs(decided) ? await fresh() : [];
  if (again.length === 0) return { first: decided, fresh: null, all: null };
  return { first: decided, fresh: decide(again, 'fresh'), all: decide([...first, ...again], 'all') };
}
