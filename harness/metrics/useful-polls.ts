import type { Metric } from '../model/metric.ts';
import { collectPolls } from './poll.ts';
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
    const polls = collectPolls(history);
    return rate(polls.filter((poll) => poll.useful).length, polls.length);
  },
};
