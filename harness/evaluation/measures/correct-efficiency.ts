import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { efficiencyOf, savableMsOf } from './schedule-figures.ts';
import { isInstanceRight, taskOutcomes } from './task-outcome.ts';

export const correctEfficiency: Measure = {
  meta: {
    id: 'correct-efficiency',
    title: 'Interleaving efficiency, if right',
    description:
      'Interleaving efficiency where all tasks are right, else 0: nobody is quick by leaving work out. null: overlapping could not save an action, or it is not known whether the tasks are right.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'new',
    source: 'The trade of success against time: TPS-Bench (arXiv 2511.01527).',
    perfect: 1,
  },
  of(episode) {
    const isRight = isInstanceRight(taskOutcomes(episode));
    if (isRight === null || savableMsOf(episode) === null) return null;
    return value(isRight ? efficiencyOf(episode) : 0);
  },
};
