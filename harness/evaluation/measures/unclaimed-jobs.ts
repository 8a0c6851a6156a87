import type { Measure } from '../../model/evaluation/measure.ts';
import { idsOf, wasAccepted } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';

export const unclaimedJobs: Measure = {
  meta: {
    id: 'unclaimed-jobs',
    title: 'Unclaimed jobs',
    description:
      'Jobs that the server took and whose end the agent never knew, of all it took. A job with the id of one that it knew is known.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'literature',
    perfect: 0,
  },
  of(episode) {
    const taken = viewOf(episode).jobs.filter(wasAccepted);
    const idsKnown = new Set(taken.filter(({ knows }) => knows.length > 0).flatMap(idsOf));
    return shareOf(taken, (job) => job.knows.length === 0 && !idsOf(job).some((id) => idsKnown.has(id)));
  },
};
