import type { Metric } from '../model/metric.ts';
import { awaitedEnds, deliveriesOf } from './callback.ts';
import { counter } from './rate.ts';

/** Callbacks that arrived with a good signature, each as often as it came. null: nobody was waiting to be called back. */
export const callbackDeliveries: Metric = {
  meta: {
    id: 'callback-deliveries',
    title: 'Callbacks received',
    description: 'Signed callbacks that arrived, each as often as it came.',
    type: 'counter',
    unit: 'deliveries',
    better: 'neither',
  },
  measure({ plan, history }) {
    const deliveries = deliveriesOf(plan, history);
    if (deliveries === null || (deliveries.length === 0 && awaitedEnds(plan, history) === null)) return null;
    return counter(deliveries.length, 'deliveries');
  },
};
