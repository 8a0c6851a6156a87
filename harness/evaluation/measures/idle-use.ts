import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';
import { waitingTime } from './waiting-time.ts';

export const idleUse: Measure = {
  meta: {
    id: 'idle-use',
    title: 'Idle time used',
    description:
      'Time spent calling, of all time in which something was pending and a step was ready to be called. null: there was no such time.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const { usedMs, runnableMs } = waitingTime(episode);
    return share(usedMs, runnableMs);
  },
};
