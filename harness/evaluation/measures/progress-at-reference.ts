import type { Measure } from '../../model/evaluation/measure.ts';
import { workKnownMs } from './known-work.ts';
import { share } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const progressAtReference: Measure = {
  meta: {
    id: 'progress-at-reference',
    title: 'Progress at the reference time',
    description: 'Work (ms of latency) whose results were known when a good schedule has all of them.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'literature',
    source: 'Progress weighted by duration: TimeArena (arXiv 2402.05733).',
    perfect: 1,
  },
  of(episode) {
    const { possible } = scheduleFigures(episode);
    if (possible === null) return null;
    const atMs = possible.reference.makespanMs;
    return share(
      workKnownMs(episode, (t) => (t <= atMs ? 1 : 0)),
      workKnownMs(episode, null),
    );
  },
};
