import type { Metric } from '../model/metric.ts';
import { createPollReader } from '../model/poll.ts';
import { trendMs } from './timeline.ts';

/** Time between two polls of a task (the first: since the receipt) of a client that is not ours, whose way to wait nobody planned. */
export const pollInterval: Metric = {
  meta: {
    id: 'poll-interval',
    title: 'Poll interval of a client',
    description: 'Between two polls of one task, or the receipt and the first, of a client of somebody else.',
    type: 'trend',
    unit: 'ms',
    better: 'neither',
  },
  measure({ plan, history }) {
    if (plan.client === undefined) return null;
    const gaps = history.calls.flatMap((call) => {
      const read = createPollReader(call.acks);
      return call.reads.flatMap((exchange) => {
        const previousT = read(exchange)?.previousT ?? null;
        return previousT === null ? [] : [exchange.inv.t - previousT];
      });
    });
    return trendMs(gaps);
  },
};
