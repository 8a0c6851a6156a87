import type { Metric } from '../model/metric.ts';
import { countOutcome } from './continuation.ts';
import { counter } from './rate.ts';

/** Calls whose next step was taken more than 1 s after the agent was free to take it. null: no result was known. */
export const continuationsLate: Metric = {
  meta: {
    id: 'continuations-late',
    title: 'Next step late',
    description: 'Calls whose next step was taken more than 1 s after the agent was free to take it.',
    type: 'counter',
    unit: 'calls',
    better: 'lower',
  },
  measure({ history }) {
    const count = countOutcome(history, 'late');
    return count === null ? null : counter(count, 'calls');
  },
};
