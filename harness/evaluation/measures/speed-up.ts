import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const speedUp: Measure = {
  meta: {
    id: 'speed-up',
    title: 'Speed-up',
    description: 'Serial time by makespan. null: not all was done.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'literature',
    source: 'AsyncLM (arXiv 2412.07017).',
  },
  of(episode) {
    const { possible, makespanMs } = scheduleFigures(episode);
    if (possible === null || makespanMs === null || makespanMs <= 0) return null;
    return value(possible.serialMs / makespanMs);
  },
};
