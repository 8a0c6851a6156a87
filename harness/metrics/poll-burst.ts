import { most } from '../model/extreme.ts';
import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { rate } from './rate.ts';

/**
 * How uneven the polling load was: polls in the busiest second (numerator) over the mean of all seconds between the first
 * and the last poll (denominator, polls a second). 1 is perfectly even. null: nobody polled.
 */
export const pollBurst: Metric = {
  meta: {
    id: 'poll-burst',
    title: 'Poll burst',
    description: 'Polls in the busiest second over the mean of all seconds; 1 is perfectly even.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure({ history }) {
    const { perSecond, count } = pollFigures(history);
    if (perSecond.length === 0) return null;
    return rate(most(perSecond), Math.round((count / perSecond.length) * 1000) / 1000);
  },
};
