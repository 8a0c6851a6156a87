import type { Measure } from '../../model/evaluation/measure.ts';
import { shareOf } from './sample.ts';
import { taskOutcomes } from './task-outcome.ts';

export const environment: Measure = {
  meta: {
    id: 'environment',
    title: 'Environment',
    description:
      'Tasks whose world ended as the gold calls leave it. null: the tools have no world, or it could not be read.',
    unit: 'ratio',
    better: 'higher',
    group: 'task',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const known = taskOutcomes(episode).filter(({ hasGoldState }) => hasGoldState !== null);
    return shareOf(known, ({ hasGoldState }) => hasGoldState === true);
  },
};
