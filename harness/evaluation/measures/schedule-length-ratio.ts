import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const scheduleLengthRatio: Measure = {
  meta: {
    id: 'schedule-length-ratio',
    title: 'Schedule length ratio',
    description: 'Makespan by lower bound, 1 or more. null: not all was done.',
    unit: 'ratio',
    better: 'lower',
    group: 'time',
    origin: 'literature',
    perfect: 1,
  },
  of(episode) {
    const { possible, makespanMs } = scheduleFigures(episode);
    if (possible === null || makespanMs === null || possible.boundMs <= 0) return null;
    return value(makespanMs / possible.boundMs);
  },
};
