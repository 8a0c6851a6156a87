import type { Measure } from '../../model/evaluation/measure.ts';
import { shareOf } from './sample.ts';
import { switching } from './task-switches.ts';

export const thrash: Measure = {
  meta: {
    id: 'thrash',
    title: 'Thrash',
    description: 'Changes of the task without a reason that were undone with the next action, of all changes.',
    unit: 'ratio',
    better: 'lower',
    group: 'switching',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return shareOf(switching(episode).switches, ({ isJustified, isBrief }) => isBrief && !isJustified);
  },
};
