import type { Metric } from '../model/metric.ts';
import { gradeShare } from './outage.ts';

/** Of the tasks that were under way when the server was struck, those that never ended although their time ran out. null: no task was under way in an outage. */
export const recoveredZombie: Metric = {
  meta: {
    id: 'recovered-zombie',
    title: 'Came through: working for ever',
    description:
      'Of the tasks that were under way when the server was struck, those that were still working when their time was up.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure: ({ plan, history }) => gradeShare(plan, history, 'zombie'),
};
