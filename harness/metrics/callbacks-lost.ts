import type { Metric } from '../model/metric.ts';
import { awaitedEnds } from './callback.ts';
import { counter } from './rate.ts';

/**
 * Tasks that ended while their agents were waiting to be called back, and of which no callback told in the whole run: only a
 * read found them. null: no task ended so, or the run was cut short.
 */
export const callbacksLost: Metric = {
  meta: {
    id: 'callbacks-lost',
    title: 'Callbacks lost',
    description: 'Tasks that ended while their agents were waiting to be called back, and no callback ever came.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ plan, history }) {
    const ends = awaitedEnds(plan, history);
    return ends === null ? null : counter(ends.filter(({ told }) => told === null).length, 'tasks');
  },
};
