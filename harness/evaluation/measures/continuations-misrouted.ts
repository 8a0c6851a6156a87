import type { Measure } from '../../model/evaluation/measure.ts';
import { outcomeShare } from './continuation-outcome.ts';

export const continuationsMisrouted: Measure = {
  meta: {
    id: 'continuations-misrouted',
    title: 'Continuations misrouted',
    description:
      'Results which were taken for another, or another for them, of all that were known and that a step could go on with. Each result counts in exactly one of the six outcomes.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return outcomeShare(episode, 'misrouted');
  },
};
