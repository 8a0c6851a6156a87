import type { Metric } from '../model/metric.ts';
import { gradeShare } from './outage.ts';

/** Of the tasks that were under way when the server was struck, those that the server then denied. null: no task was under way in an outage. */
export const recoveredLost: Metric = {
  meta: {
    id: 'recovered-lost',
    title: 'Came through: lost',
    description:
      'Of the tasks that were under way when the server was struck, those that the server then did not know.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure: ({ plan, history }) => gradeShare(plan, history, 'lost'),
};
