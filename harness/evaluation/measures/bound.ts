import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const bound: Measure = {
  meta: {
    id: 'bound',
    title: 'Lower bound',
    description:
      'No agent can do the instance in less: heads, actions and tails, which holds the longest path and the load of the agent.',
    unit: 'ms',
    better: 'neither',
    group: 'time',
    origin: 'new',
    source: 'J. Carlier, European Journal of Operational Research 11 (1982).',
  },
  of(episode) {
    return value(scheduleFigures(episode).possible?.boundMs ?? null);
  },
};
