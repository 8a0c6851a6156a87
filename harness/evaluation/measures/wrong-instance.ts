import type { Measure } from '../../model/evaluation/measure.ts';
import { resultTakes } from './result-takes.ts';
import { shareOf } from './sample.ts';

export const wrongInstance: Measure = {
  meta: {
    id: 'wrong-instance',
    title: 'Wrong call of the right tool',
    description:
      'Results taken from another call of the same tool, of all results taken: seen by the canary in the result and by the values in later calls.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return shareOf(
      resultTakes(episode),
      ({ from, of }) => from !== null && from !== of && from.step.tool === of.step.tool,
    );
  },
};
