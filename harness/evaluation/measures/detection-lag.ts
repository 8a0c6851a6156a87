import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { meanValue } from './sample.ts';

export const detectionLag: Measure = {
  meta: {
    id: 'detection-lag',
    title: 'Detection lag',
    description:
      'From the end of a job, as the server dates it, until the agent knew, mean over jobs. Those it never knew of are counted by unclaimed-jobs.',
    unit: 'ms',
    better: 'lower',
    group: 'waiting',
    origin: 'literature',
  },
  of(episode) {
    return meanValue(
      viewOf(episode).jobs.flatMap(({ knows }) => {
        const [know] = knows;
        return know === undefined || know.endedT === null ? [] : [Math.max(0, know.t - know.endedT)];
      }),
    );
  },
};
