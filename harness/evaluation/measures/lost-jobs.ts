import type { Measure } from '../../model/evaluation/measure.ts';
import { idsOf, wasAccepted } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';

export const lostJobs: Measure = {
  meta: {
    id: 'lost-jobs',
    title: 'Lost jobs',
    description:
      'Jobs that the server took and whose id was lost on the way: let go, gone in a crash, or not known to the server any more. A job that was found again by its id is not lost.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const taken = viewOf(episode).jobs.filter(wasAccepted);
    const idsHeld = new Set(taken.filter(({ losses }) => losses.length === 0).flatMap(idsOf));
    return shareOf(taken, (job) => job.losses.length > 0 && !idsOf(job).some((id) => idsHeld.has(id)));
  },
};
