import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { ackedCalls } from './timeline.ts';

/** Calls whose task a client that is not ours asked to cancel. null: it was given no task. */
export const tasksCancelled: Metric = {
  meta: {
    id: 'tasks-cancelled',
    title: 'Tasks cancelled by a client',
    description: 'Calls whose task a client of somebody else asked to cancel.',
    type: 'counter',
    unit: 'calls',
    better: 'neither',
  },
  measure({ plan, history }) {
    const holders = ackedCalls(history).filter(({ tasks }) => tasks.length > 0);
    if (plan.client === undefined || holders.length === 0) return null;
    return counter(holders.filter(({ cancels }) => cancels.length > 0).length, 'calls');
  },
};
