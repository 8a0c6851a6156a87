import type { Measure } from '../../model/evaluation/measure.ts';
import { jobReadings } from './job-readings.ts';
import { shareOf } from './sample.ts';

export const misreadOutcomes: Measure = {
  meta: {
    id: 'misread-outcomes',
    title: 'Misread outcomes',
    description:
      'Failures that the agent took for a success, or neither tried again nor reported, of all it was told. An error in a result is a failure. null: nothing failed.',
    unit: 'ratio',
    better: 'lower',
    group: 'reliability',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const failures = jobReadings(episode).filter(({ isFailure }) => isFailure);
    return shareOf(failures, ({ reading }) => reading === 'misread' || reading === 'ignored');
  },
};
