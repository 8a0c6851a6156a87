import type { Measure } from '../../model/evaluation/measure.ts';
import { wasAccepted } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { value } from './sample.ts';

export const pollsPerJob: Measure = {
  meta: {
    id: 'polls-per-job',
    title: 'Polls per job',
    description: 'Reads of tasks, by the host or by the agent, by jobs that the server took.',
    unit: 'count',
    better: 'lower',
    group: 'waiting',
    origin: 'literature',
  },
  of(episode) {
    const taken = viewOf(episode).jobs.filter(wasAccepted);
    if (taken.length === 0) return null;
    return value(taken.reduce((sum, { polls }) => sum + polls.length, 0) / taken.length);
  },
};
