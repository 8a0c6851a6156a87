import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { hasEffects, sentCalls, sum } from './timeline.ts';

/** Commits beyond the first of each logical call. null: effects cannot be seen, or nothing was sent. */
export const duplicateEffects: Metric = {
  meta: {
    id: 'duplicate-effects',
    title: 'Duplicate effects',
    description: 'Commits beyond the first of each logical call.',
    type: 'counter',
    unit: 'effects',
    better: 'lower',
  },
  measure({ plan, history }) {
    const sent = sentCalls(history);
    if (!hasEffects(plan) || sent.length === 0) return null;
    return counter(sum(sent.map((call) => Math.max(0, call.commits.length - 1))), 'effects');
  },
};
