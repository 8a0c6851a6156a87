import type { Metric } from '../model/metric.ts';
import { policyFits } from './policy-fit.ts';
import { trendOf } from './timeline.ts';

/**
 * How far a task's detection lag is from the lag of the plan's backoff for a task of that length, ms, one sample a call. One
 * round trip is its least. Tasks that were never seen terminal are censored. null: a backoff whose instants depend on
 * hints or on chance.
 */
export const policyLagError: Metric = {
  meta: {
    id: 'policy-lag-error',
    title: 'Lag beside the policy',
    description: 'How far the detection lag of a task is from that of its backoff for a task of that length.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure({ plan, history }) {
    const fits = policyFits(plan, history);
    if (fits === null) return null;
    return trendOf(
      fits.map((fit) => (fit === null ? null : fit.lagMs)),
      'ms',
    );
  },
};
