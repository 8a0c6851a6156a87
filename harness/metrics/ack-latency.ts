import type { CallView } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { firstAck, intendedT, sentCalls, trendMs } from './timeline.ts';

/** Time from the intended start of a call to its receipt, ms, one sample a call. Calls never acked are censored. */
export const ackLatency: Metric = {
  meta: {
    id: 'ack-latency',
    title: 'Ack latency',
    description: 'From the intended start of a call to its receipt (or, where calls block, to the answer).',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ history }) {
    return trendMs(sentCalls(history).map(ackLatencyNs));
  },
};

/** From the intended start of one call to its receipt, ns; null: it never had one. */
export function ackLatencyNs(call: CallView): number | null {
  const acked = firstAck(call);
  const start = intendedT(call);
  return acked === null || start === null ? null : acked.end.t - start;
}
