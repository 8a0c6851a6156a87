import type { Measure } from '../../model/evaluation/measure.ts';
import { outcomeShare } from './continuation-outcome.ts';

export const continuationsLate: Measure = {
  meta: {
    id: 'continuations-late',
    title: 'Continuations late',
    description:
      'Results before whose next step the agent stood still or polled for more than the time of an action and a half, of all that were known and that a step could go on with. Each result counts in exactly one of the six outcomes.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return outcomeShare(episode, 'late');
  },
};
