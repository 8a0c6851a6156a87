import type { Metric } from '../model/metric.ts';
import { collectPolls, pollBins } from './poll.ts';
import { rate } from './rate.ts';
import { sum } from './timeline.ts';

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
    const bins = pollBins(collectPolls(history));
    if (bins.length === 0) return null;
    return rate(Math.max(...bins), Math.round((sum(bins) / bins.length) * 1000) / 1000);
  },
};
