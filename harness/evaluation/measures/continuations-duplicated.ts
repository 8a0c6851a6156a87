import type { Measure } from '../../model/evaluation/measure.ts';
import { outcomeShare } from './continuation-outcome.ts';

export const continuationsDuplicated: Measure = {
  meta: {
    id: 'continuations-duplicated',
    title: 'Continuations duplicated',
    description:
      'Results whose next step was called twice, with nothing gone wrong, of all that were known and that a step could go on with. Each result counts in exactly one of the six outcomes.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return outcomeShare(episode, 'duplicated');
  },
};
