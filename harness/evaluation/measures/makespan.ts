import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const makespan: Measure = {
  meta: {
    id: 'makespan',
    title: 'Makespan',
    description: 'First turn until the last result of the gold calls was known. null: some never was.',
    unit: 'ms',
    better: 'lower',
    group: 'time',
    origin: 'literature',
  },
  of(episode) {
    return value(scheduleFigures(episode).makespanMs);
  },
};
