import type { Metric } from '../model/metric.ts';
import { deliveriesOf, tellsEnd } from './callback.ts';
import { counter } from './rate.ts';

/**
 * Callbacks that told nothing new: one under an id that had come before, which its receiver can tell, or the end of a task
 * under another id than before, which it cannot. null: no callback came.
 */
export const callbacksDoubled: Metric = {
  meta: {
    id: 'callbacks-doubled',
    title: 'Callbacks doubled',
    description: 'Callbacks whose id had come before, or that told the end of a task again under another id.',
    type: 'counter',
    unit: 'deliveries',
    better: 'lower',
  },
  measure({ plan, history }) {
    const deliveries = deliveriesOf(plan, history) ?? [];
    if (deliveries.length === 0) return null;
    const ids = new Set<string>();
    const ended = new Set<string>();
    const doubled = deliveries.filter((delivery) => {
      const { delivery: id, task = id } = delivery;
      const isAgain = ids.has(id) || (tellsEnd(delivery) && ended.has(task));
      ids.add(id);
      if (tellsEnd(delivery)) ended.add(task);
      return isAgain;
    });
    return counter(doubled.length, 'deliveries');
  },
};
