import type { CallView } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { committedRun, expectsCommit, hasOrderedEffects, trendMs } from './timeline.ts';

/**
 * Time from begin to commit of the run that made the effect, ms, one sample a call that began. Calls that began and never
 * committed are censored, unless they were meant to fail. null: the target reports no begin.
 */
export const service: Metric = {
  meta: {
    id: 'service',
    title: 'Service time',
    description: 'From begin to commit of the work itself; no polling and no queue in it.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ plan, history }) {
    if (!hasOrderedEffects(plan)) return null;
    return trendMs(history.calls.map(serviceNs).filter((ns) => ns !== undefined));
  },
};

/** From begin to commit of the work of one call, ns; null: it began and never committed, undefined: it never began, or was to fail. */
export function serviceNs(call: CallView): number | null | undefined {
  if (call.begins.length === 0 || (call.commits.length === 0 && !expectsCommit(call.planned))) return undefined;
  const run = committedRun(call);
  return run?.begin == null ? null : run.commit.at - run.begin.at;
}
