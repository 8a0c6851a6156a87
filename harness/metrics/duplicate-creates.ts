import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { ackedCalls, sum } from './timeline.ts';

/** Tasks beyond the first that a logical call was given (a retry or a probe that made another one). null: nothing was acked. */
export const duplicateCreates: Metric = {
  meta: {
    id: 'duplicate-creates',
    title: 'Duplicate tasks',
    description: 'Tasks beyond the first that one logical call was given.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ history }) {
    const acked = ackedCalls(history);
    if (acked.length === 0) return null;
    return counter(sum(acked.map((call) => Math.max(0, call.tasks.length - 1))), 'tasks');
  },
};
