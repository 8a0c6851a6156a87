import type { Metric } from '../model/metric.ts';
import { notedStoreUsage } from '../model/store-usage.ts';
import { rate } from './rate.ts';

/**
 * Operations that the server asked of its store (reads, writes and scans, those of boots and sweeps too) for each task it took,
 * until the load had drained: the final reads of the harness are not among them. null: the server does not count, or no task was
 * taken.
 */
export const storeOperations: Metric = {
  meta: {
    id: 'store-operations',
    title: 'Store operations per task',
    description:
      'Reads, writes and scans the server asked of its store, by its own count; known of the reference server.',
    type: 'rate',
    unit: 'operations per task',
    better: 'lower',
  },
  measure({ history }) {
    const usage = notedStoreUsage(history);
    return usage === null ? null : rate(usage.operations, usage.tasks);
  },
};
