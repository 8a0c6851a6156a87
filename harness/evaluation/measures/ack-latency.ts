import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { meanValue } from './sample.ts';

export const ackLatency: Measure = {
  meta: {
    id: 'ack-latency',
    title: 'Time to the receipt',
    description: 'From the call until the server had taken it, mean over jobs.',
    unit: 'ms',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
  },
  of(episode) {
    return meanValue(
      viewOf(episode).jobs.flatMap(({ calls, receipts }) => {
        const [call] = calls;
        const [receipt] = receipts;
        return call === undefined || receipt === undefined ? [] : [receipt.t - call.call.t];
      }),
    );
  },
};
