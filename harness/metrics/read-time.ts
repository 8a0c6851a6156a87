import type { Metric } from '../model/metric.ts';
import { trendMs } from './timeline.ts';

/**
 * From the sending of a read of a task (get, result) by its agent to its answer, ms, one sample a read; those never answered
 * are censored. null: the load was not measured, or the run kept counts only and let most reads go.
 */
export const readTime: Metric = {
  meta: {
    id: 'read-time',
    title: 'Time of a read',
    description: 'From the moment a poll or another read of a task was sent to its answer.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ plan, history }) {
    if (plan.load.warmupMs === undefined || history.folded !== null) return null;
    const own = history.calls.flatMap(({ reads }) => reads.filter(({ inv }) => inv.agent !== 'auditor'));
    return trendMs(own.map(({ inv, end }) => (end?.kind === 'ok' ? end.t - inv.t : null)));
  },
};
