import type { Metric } from '../model/metric.ts';
import { countOutcome } from './continuation.ts';
import { counter } from './rate.ts';

/** Calls whose next step was taken with a result of another call. null: no result was known. */
export const continuationsMisrouted: Metric = {
  meta: {
    id: 'continuations-misrouted',
    title: 'Next step misrouted',
    description: 'Calls whose next step was taken with a result of another call.',
    type: 'counter',
    unit: 'calls',
    better: 'lower',
  },
  measure({ history }) {
    const count = countOutcome(history, 'misrouted');
    return count === null ? null : counter(count, 'calls');
  },
};
