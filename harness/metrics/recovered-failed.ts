import type { Metric } from '../model/metric.ts';
import { gradeShare } from './outage.ts';

/** Of the tasks that were under way when the server was struck, those that ended as failed or cancelled, and said so. null: no task was under way in an outage. */
export const recoveredFailed: Metric = {
  meta: {
    id: 'recovered-failed',
    title: 'Came through: honestly failed',
    description:
      'Of the tasks that were under way when the server was struck, those that ended as failed, and said so.',
    type: 'rate',
    unit: 'ratio',
    better: 'neither',
  },
  measure: ({ plan, history }) => gradeShare(plan, history, 'failed'),
};
