import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';
import { isInstanceRight, taskOutcomes } from './task-outcome.ts';

export const task: Measure = {
  meta: {
    id: 'task',
    title: 'Task success',
    description: 'Instances of which every task has the right trajectory and the right world.',
    unit: 'ratio',
    better: 'higher',
    group: 'task',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const isRight = isInstanceRight(taskOutcomes(episode));
    return isRight === null ? null : share(isRight ? 1 : 0, 1);
  },
};
