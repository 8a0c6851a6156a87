import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';
import { isInstanceRight, taskOutcomes } from './task-outcome.ts';

export const successAfterCrash: Measure = {
  meta: {
    id: 'success-after-crash',
    title: 'Success after a crash',
    description: 'Instances with a crash of the agent all of whose tasks are right. null: no crash.',
    unit: 'ratio',
    better: 'higher',
    group: 'reliability',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    if (viewOf(episode).crashes.length === 0) return null;
    const isRight = isInstanceRight(taskOutcomes(episode));
    return isRight === null ? null : share(isRight ? 1 : 0, 1);
  },
};
