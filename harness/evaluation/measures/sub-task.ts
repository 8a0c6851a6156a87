import type { Measure } from '../../model/evaluation/measure.ts';
import { shareOf } from './sample.ts';
import { taskOutcomes } from './task-outcome.ts';

export const subTask: Measure = {
  meta: {
    id: 'sub-task',
    title: 'Tasks one by one',
    description: 'Tasks with the right trajectory and the right world, each counted by itself.',
    unit: 'ratio',
    better: 'higher',
    group: 'task',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const known = taskOutcomes(episode).filter(({ isRight }) => isRight !== null);
    return shareOf(known, ({ isRight }) => isRight === true);
  },
};
