import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { counter } from './rate.ts';
import { hadTasks } from './timeline.ts';

/** Polls that agents sent. null: no agent held a task, so there was nothing to poll. */
export const polls: Metric = {
  meta: {
    id: 'polls',
    title: 'Polls',
    description: 'Requests in which agents asked how a task stands. The final reads of the harness are left out.',
    type: 'counter',
    unit: 'requests',
    better: 'lower',
  },
  measure({ history }) {
    return hadTasks(history) ? counter(pollFigures(history).count, 'requests') : null;
  },
};
