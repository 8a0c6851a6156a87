import type { Metric } from '../model/metric.ts';
import { collectPolls, pollBins } from './poll.ts';
import { counter } from './rate.ts';

/** Most polls in one whole second of the run. null: nobody polled. */
export const pollPeak: Metric = {
  meta: {
    id: 'poll-peak',
    title: 'Poll peak',
    description: 'Most polls in one second.',
    type: 'counter',
    unit: 'requests/s',
    better: 'lower',
  },
  measure({ history }) {
    const bins = pollBins(collectPolls(history));
    return bins.length === 0 ? null : counter(Math.max(...bins), 'requests/s');
  },
};
