import type { Metric } from '../model/metric.ts';
import { gradeShare } from './outage.ts';

/** Of the tasks that were under way when the server was struck, those that ended in a good result, once. null: no task was under way in an outage. */
export const recoveredKept: Metric = {
  meta: {
    id: 'recovered-kept',
    title: 'Came through: kept',
    description: 'Of the tasks that were under way when the server was struck, those that ended in a good result.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure: ({ plan, history }) => gradeShare(plan, history, 'kept'),
};
