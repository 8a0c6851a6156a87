import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { waitingTime } from './waiting-time.ts';

export const blindWait: Measure = {
  meta: {
    id: 'blind-wait',
    title: 'Blind wait',
    description:
      'Time in which the agent stood still or polled although a step was ready. null: nothing was ever pending beside a ready step.',
    unit: 'ms',
    better: 'lower',
    group: 'time',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const { blindMs, runnableMs } = waitingTime(episode);
    return runnableMs > 0 ? value(blindMs) : null;
  },
};
