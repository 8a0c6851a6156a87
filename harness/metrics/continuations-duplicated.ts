import type { Metric } from '../model/metric.ts';
import { countOutcome } from './continuation.ts';
import { counter } from './rate.ts';

/** Calls whose next step was taken more than once. null: no result was known. */
export const continuationsDuplicated: Metric = {
  meta: {
    id: 'continuations-duplicated',
    title: 'Next step repeated',
    description: 'Calls whose next step was taken more than once.',
    type: 'counter',
    unit: 'calls',
    better: 'lower',
  },
  measure({ history }) {
    const count = countOutcome(history, 'duplicated');
    return count === null ? null : counter(count, 'calls');
  },
};
