import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';
import { switching } from './task-switches.ts';

export const switchRate: Measure = {
  meta: {
    id: 'switch-rate',
    title: 'Switch rate',
    description: 'Changes of the task, of all steps from one action to the next.',
    unit: 'ratio',
    better: 'neither',
    group: 'switching',
    origin: 'literature',
  },
  of(episode) {
    const { actCount, switches } = switching(episode);
    return share(switches.length, actCount - 1);
  },
};
