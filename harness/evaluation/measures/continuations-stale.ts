import type { Measure } from '../../model/evaluation/measure.ts';
import { outcomeShare } from './continuation-outcome.ts';

export const continuationsStale: Measure = {
  meta: {
    id: 'continuations-stale',
    title: 'Continuations stale',
    description:
      'Results which were taken after a newer one of the same step was known, or after it was known that there is none, of all that were known and that a step could go on with. Each result counts in exactly one of the six outcomes.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return outcomeShare(episode, 'stale');
  },
};
