import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { sum } from './timeline.ts';

/** Times an agent took the step that follows a call again after the first. null: no agent took any. */
export const duplicateContinuations: Metric = {
  meta: {
    id: 'duplicate-continuations',
    title: 'Repeated next steps',
    description: 'Times an agent took the step that follows a call again after the first time.',
    type: 'counter',
    unit: 'steps',
    better: 'lower',
  },
  measure({ history }) {
    const uses = history.calls.map((call) => call.uses.length);
    if (sum(uses) === 0) return null;
    return counter(sum(uses.map((count) => Math.max(0, count - 1))), 'steps');
  },
};
