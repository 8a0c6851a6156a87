import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { meanValue } from './sample.ts';

export const resultLatency: Measure = {
  meta: {
    id: 'result-latency',
    title: 'Time to the result',
    description:
      'From the call until the agent knew how it ended, mean over jobs. Those it never knew of are counted by unclaimed-jobs.',
    unit: 'ms',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
  },
  of(episode) {
    return meanValue(
      viewOf(episode).jobs.flatMap(({ calls, knows }) => {
        const [call] = calls;
        const [know] = knows;
        return call === undefined || know === undefined ? [] : [know.t - call.call.t];
      }),
    );
  },
};
