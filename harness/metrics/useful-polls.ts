import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { rate } from './rate.ts';

/** Polls that were the first to show their agent a terminal task, of all polls. null: nobody polled. */
export const usefulPolls: Metric = {
  meta: {
    id: 'useful-polls',
    title: 'Useful polls',
    description: 'Polls that first showed a task finished, of all polls.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const { useful, count } = pollFigures(history);
    return rate(useful, count);
  },
};
