import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const serialTime: Measure = {
  meta: {
    id: 'serial-time',
    title: 'Serial time',
    description: 'What the instance takes an agent that does one thing after the other.',
    unit: 'ms',
    better: 'neither',
    group: 'time',
    origin: 'literature',
  },
  of(episode) {
    return value(scheduleFigures(episode).possible?.serialMs ?? null);
  },
};
