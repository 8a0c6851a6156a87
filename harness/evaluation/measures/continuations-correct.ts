import type { Measure } from '../../model/evaluation/measure.ts';
import { outcomeShare } from './continuation-outcome.ts';

export const continuationsCorrect: Measure = {
  meta: {
    id: 'continuations-correct',
    title: 'Continuations correct',
    description:
      'Results whose next steps were called once, with it, and without standing still before, of all that were known and that a step could go on with. Each result counts in exactly one of the six outcomes.',
    unit: 'ratio',
    better: 'higher',
    group: 'preservation',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    return outcomeShare(episode, 'once-correct');
  },
};
