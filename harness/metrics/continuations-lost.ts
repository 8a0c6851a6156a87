import type { Metric } from '../model/metric.ts';
import { countOutcome } from './continuation.ts';
import { counter } from './rate.ts';

/** Calls whose next step was taken never, although the result was known. null: no result was known. */
export const continuationsLost: Metric = {
  meta: {
    id: 'continuations-lost',
    title: 'Next step lost',
    description: 'Calls whose next step was taken never, although the result was known.',
    type: 'counter',
    unit: 'calls',
    better: 'lower',
  },
  measure({ history }) {
    const count = countOutcome(history, 'lost');
    return count === null ? null : counter(count, 'calls');
  },
};
