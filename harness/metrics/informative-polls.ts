import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { rate } from './rate.ts';

/** Polls that told their agent anything new (status, message, update time), of all polls. null: nobody polled. */
export const informativePolls: Metric = {
  meta: {
    id: 'informative-polls',
    title: 'Informative polls',
    description: 'Polls whose answer differed from what the agent already knew, of all polls.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const { informative, count } = pollFigures(history);
    return rate(informative, count);
  },
};
