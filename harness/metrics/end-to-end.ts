import type { CallView } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { firstKnow, intendedT, sentCalls, trendMs } from './timeline.ts';

/** Time from the intended start of a call until its result was in its agent's hands, ms, one sample a call. Censored: never. */
export const endToEnd: Metric = {
  meta: {
    id: 'end-to-end',
    title: 'End to end',
    description: 'From the intended start of a call until its agent had the result.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ plan, history }) {
    // When a client that is not ours knew a result, nobody can tell: result-latency says when it was given one.
    if (plan.client !== undefined) return null;
    return trendMs(sentCalls(history).map(endToEndNs));
  },
};

/** From the intended start of one call until its agent had the result, ns; null: it never had one. */
export function endToEndNs(call: CallView): number | null {
  const known = firstKnow(call);
  const start = intendedT(call);
  return known === null || start === null ? null : known.t - start;
}
