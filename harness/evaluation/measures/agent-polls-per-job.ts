import type { Measure } from '../../model/evaluation/measure.ts';
import { wasAccepted } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { value } from './sample.ts';

export const agentPollsPerJob: Measure = {
  meta: {
    id: 'agent-polls-per-job',
    title: 'Polls of the agent per job',
    description: 'Reads of tasks that are actions of the agent, in its context, by jobs that the server took.',
    unit: 'count',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const taken = viewOf(episode).jobs.filter(wasAccepted);
    if (taken.length === 0) return null;
    const own = taken.flatMap(({ polls }) => polls.filter(({ by }) => by === 'agent'));
    return value(own.length / taken.length);
  },
};
