import type { Measure } from '../../model/evaluation/measure.ts';
import { shareOf } from './sample.ts';
import { switching } from './task-switches.ts';

export const justifiedSwitches: Measure = {
  meta: {
    id: 'justified-switches',
    title: 'Justified switches',
    description:
      'Changes of the task with a reason: nothing was ready in the task left, an input of what comes next had just come, or what comes next has a longer way to go than all that was left ready.',
    unit: 'ratio',
    better: 'higher',
    group: 'switching',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    return shareOf(switching(episode).switches, ({ isJustified }) => isJustified);
  },
};
