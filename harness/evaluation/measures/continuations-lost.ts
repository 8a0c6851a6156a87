import type { Measure } from '../../model/evaluation/measure.ts';
import { outcomeShare } from './continuation-outcome.ts';

export const continuationsLost: Measure = {
  meta: {
    id: 'continuations-lost',
    title: 'Continuations lost',
    description:
      'Results whose next step could be called and was not, of all that were known and that a step could go on with. Each result counts in exactly one of the six outcomes.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return outcomeShare(episode, 'lost');
  },
};
