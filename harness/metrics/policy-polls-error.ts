import type { Metric } from '../model/metric.ts';
import { policyFits } from './policy-fit.ts';
import { trendOf } from './timeline.ts';

/**
 * How many polls a task cost its agent above or below those that the plan's backoff needs for a task of that length, one
 * sample a call; 0: exactly those. Tasks that were never seen terminal are censored. null: a backoff whose instants
 * depend on hints or on chance.
 */
export const policyPollsError: Metric = {
  meta: {
    id: 'policy-polls-error',
    title: 'Polls beside the policy',
    description: 'How far the polls of a task are from those its backoff needs for a task of that length.',
    type: 'trend',
    unit: 'polls',
    better: 'lower',
  },
  measure({ plan, history }) {
    const fits = policyFits(plan, history);
    if (fits === null) return null;
    return trendOf(
      fits.map((fit) => (fit === null ? null : fit.polls)),
      'polls',
    );
  },
};
