import type { Measure } from '../../model/evaluation/measure.ts';
import { workKnownMs } from './known-work.ts';
import { value } from './sample.ts';
import { scheduleFigures } from './schedule-figures.ts';

export const anytimeScore: Measure = {
  meta: {
    id: 'anytime-score',
    title: 'Progress at any time',
    description:
      'Area under the progress (work whose results were known, by ms of latency) over the serial time, 0 to 1: it says how early results come.',
    unit: 'ratio',
    better: 'higher',
    group: 'time',
    origin: 'literature',
    source: 'Progress weighted by duration: TimeArena (arXiv 2402.05733).',
  },
  of(episode) {
    const serial = scheduleFigures(episode).possible?.serialMs ?? 0;
    const all = workKnownMs(episode, null);
    if (serial <= 0 || all <= 0) return null;
    return value(workKnownMs(episode, (t) => Math.max(0, 1 - t / serial)) / all);
  },
};
