import type { Metric } from '../model/metric.ts';
import { continuationOutcomes } from './continuation.ts';
import { rate } from './rate.ts';

/** Calls whose next step was taken exactly once, in time and with the right result, of all whose result was known. */
export const continuationsCorrect: Metric = {
  meta: {
    id: 'continuations-correct',
    title: 'Next step right',
    description:
      'Calls whose next step was taken once, in time and with the right result, of all whose result was known.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const outcomes = [...continuationOutcomes(history).values()];
    return rate(outcomes.filter((outcome) => outcome === 'once-correct').length, outcomes.length);
  },
};
