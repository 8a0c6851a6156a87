import type { Metric } from '../model/metric.ts';
import { notedStoreUsage } from '../model/store-usage.ts';
import { rate } from './rate.ts';

/**
 * Bytes of task records that the server handed to its store for each task it took, until the load had drained: without indexes,
 * logs and what the engine's protocol adds. null: the server or its store does not count, or no task was taken.
 */
export const storeBytes: Metric = {
  meta: {
    id: 'store-bytes',
    title: 'Store bytes per task',
    description:
      'Bytes of task records written to the store; known of the reference server on sqlite, redis and postgres.',
    type: 'rate',
    unit: 'bytes per task',
    better: 'lower',
  },
  measure({ history }) {
    const usage = notedStoreUsage(history);
    return usage === null || usage.bytes === null ? null : rate(usage.bytes, usage.tasks);
  },
};
