import { most } from '../model/extreme.ts';
import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
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
    const { perSecond } = pollFigures(history);
    return perSecond.length === 0 ? null : counter(most(perSecond), 'requests/s');
  },
};
