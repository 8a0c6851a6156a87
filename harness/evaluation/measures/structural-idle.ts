import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { value } from './sample.ts';
import { waitingTime } from './waiting-time.ts';

export const structuralIdle: Measure = {
  meta: {
    id: 'structural-idle',
    title: 'Structural idle time',
    description:
      'Time in which the agent stood still because nothing was ready: no fault of its own. null: nothing was called.',
    unit: 'ms',
    better: 'neither',
    group: 'time',
    origin: 'new',
  },
  of(episode) {
    return viewOf(episode).calls.length === 0 ? null : value(waitingTime(episode).structuralMs);
  },
};
