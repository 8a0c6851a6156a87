import type { Measure } from '../../model/evaluation/measure.ts';
import { shareOf } from './sample.ts';
import { taskOutcomes } from './task-outcome.ts';

export const trajectory: Measure = {
  meta: {
    id: 'trajectory',
    title: 'Trajectory, strict',
    description:
      'Tasks whose gold calls were all made, rightly, each after the results that it needs had come. Other calls beside them do no harm.',
    unit: 'ratio',
    better: 'higher',
    group: 'task',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    return shareOf(taskOutcomes(episode), ({ isStrict }) => isStrict);
  },
};
