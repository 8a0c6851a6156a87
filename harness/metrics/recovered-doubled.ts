import type { Metric } from '../model/metric.ts';
import { gradeShare } from './outage.ts';

/** Of the tasks that were under way when the server was struck, those whose effect was committed more than once. null: no task was under way in an outage. */
export const recoveredDoubled: Metric = {
  meta: {
    id: 'recovered-doubled',
    title: 'Came through: done twice',
    description:
      'Of the tasks that were under way when the server was struck, those whose effect was committed more than once.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure: ({ plan, history }) => gradeShare(plan, history, 'doubled'),
};
