import type { Measure } from '../../model/evaluation/measure.ts';
import { crashedJobs } from './crashed-jobs.ts';
import { shareOf } from './sample.ts';

export const resultsAfterCrash: Measure = {
  meta: {
    id: 'results-after-crash',
    title: 'Results after a crash',
    description:
      'Jobs pending when the agent crashed whose result it knew afterwards, of all pending then. null: no crash.',
    unit: 'ratio',
    better: 'higher',
    group: 'reliability',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    return shareOf(crashedJobs(episode), ({ hasResult }) => hasResult);
  },
};
