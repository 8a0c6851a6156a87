import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { efficiencyOf } from './schedule-figures.ts';

export const interleavingEfficiency: Measure = {
  meta: {
    id: 'interleaving-efficiency',
    title: 'Interleaving efficiency',
    description:
      '(serial - makespan) / (serial - reference): 1 as good as the reference, 0 like a blocking agent, below 0 worse. null: not all was done, or overlapping could not save an action.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    return value(efficiencyOf(episode));
  },
};
