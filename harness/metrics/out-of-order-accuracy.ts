import type { Metric } from '../model/metric.ts';
import { arrivals, outOfOrder } from './arrival.ts';
import { bindsRight } from './binding.ts';
import { rate } from './rate.ts';

/** Right bindings among results that arrived before that of an earlier call or after that of a later one. null: none did. */
export const outOfOrderAccuracy: Metric = {
  meta: {
    id: 'out-of-order-accuracy',
    title: 'Out-of-order accuracy',
    description: 'Results taken as the answer to the right call, among those that arrived out of order.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const binds = outOfOrder(arrivals(history)).flatMap(({ call }) => call.binds);
    return rate(binds.filter((bind) => bindsRight(history, bind)).length, binds.length);
  },
};
