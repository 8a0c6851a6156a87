import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { hasOrderedEffects } from './timeline.ts';

/** O5: calls whose effect was committed after their cancel had been acknowledged. Legal (cancel is cooperative): a cost. */
export const orphansPostCancel: Metric = {
  meta: {
    id: 'orphans-post-cancel',
    title: 'Work after cancel (O5)',
    description: 'Calls whose effect was committed after their cancel had been acknowledged.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ plan, history }) {
    const cancelled = history.calls.flatMap((call) => {
      const acknowledged = call.cancels.find(({ end }) => end?.kind === 'ok');
      return acknowledged?.end ? [{ call, t: acknowledged.end.t }] : [];
    });
    if (!hasOrderedEffects(plan) || cancelled.length === 0) return null;
    const after = cancelled.filter(({ call, t }) => call.commits.some((commit) => commit.at > t));
    return counter(after.length, 'tasks');
  },
};
