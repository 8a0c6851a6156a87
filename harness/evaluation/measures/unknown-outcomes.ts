import type { Measure } from '../../model/evaluation/measure.ts';
import { jobReadings } from './job-readings.ts';
import { shareOf } from './sample.ts';

export const unknownOutcomes: Measure = {
  meta: {
    id: 'unknown-outcomes',
    title: 'Unknown outcomes',
    description: 'Calls whose outcome the agent misread, ignored or never knew, of all.',
    unit: 'ratio',
    better: 'lower',
    group: 'reliability',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    return shareOf(jobReadings(episode), ({ reading }) => reading !== 'right');
  },
};
