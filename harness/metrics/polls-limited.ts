import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { counter } from './rate.ts';
import { hadTasks } from './timeline.ts';

/** Polls that the server refused because their agent had asked too often. null: no agent held a task. */
export const pollsLimited: Metric = {
  meta: {
    id: 'polls-limited',
    title: 'Polls refused by a limit',
    description: 'Polls answered with "too many requests", after which their agent stays away as long as it is told.',
    type: 'counter',
    unit: 'requests',
    better: 'lower',
  },
  measure({ history }) {
    return hadTasks(history) ? counter(pollFigures(history).limited, 'requests') : null;
  },
};
