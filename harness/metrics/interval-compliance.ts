import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { rate } from './rate.ts';

/**
 * Polls sent no sooner than the interval the server had asked for after the poll before (the first: after the receipt), of
 * all polls for which it had asked. null: the server never named an interval.
 */
export const intervalCompliance: Metric = {
  meta: {
    id: 'interval-compliance',
    title: 'Interval compliance',
    description: 'Polls that kept to the interval the server had asked for (within 5 %), of all it had asked for.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const { kept, asked } = pollFigures(history);
    return rate(kept, asked);
  },
};
