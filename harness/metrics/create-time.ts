import type { Metric } from '../model/metric.ts';
import { attempts, trendMs } from './timeline.ts';

/**
 * From the sending of a create to its answer, ms, one sample an attempt; the attempts that were never answered are censored.
 * Beside ack-latency it tells what the request took from what the call waited before it was sent.
 */
export const createTime: Metric = {
  meta: {
    id: 'create-time',
    title: 'Time of a create',
    description:
      'From the moment a create was sent to its answer; waiting before it is not in it, as in ack latency it is.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
    perCall: true,
  },
  measure({ history }) {
    const sent = history.calls.flatMap(attempts);
    return trendMs(sent.map(({ inv, end }) => (end?.kind === 'ok' ? end.t - inv.t : null)));
  },
};
