import type { Measure } from '../../model/evaluation/measure.ts';
import { crashedJobs } from './crashed-jobs.ts';
import { shareOf } from './sample.ts';

export const idsAfterCrash: Measure = {
  meta: {
    id: 'ids-after-crash',
    title: 'Ids after a crash',
    description:
      'Jobs pending when the agent crashed that it asked for or was told of afterwards, of all pending then. null: no crash.',
    unit: 'ratio',
    better: 'higher',
    group: 'reliability',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    return shareOf(crashedJobs(episode), ({ isHeld }) => isHeld);
  },
};
