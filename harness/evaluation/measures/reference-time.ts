import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const referenceTime: Measure = {
  meta: {
    id: 'reference-time',
    title: 'Reference time',
    description: 'What a good schedule takes: the shortest up to ten steps, else the best of list scheduling.',
    unit: 'ms',
    better: 'neither',
    group: 'time',
    origin: 'new',
  },
  of(episode) {
    return value(scheduleFigures(episode).possible?.reference.makespanMs ?? null);
  },
};
