import type { Measure } from '../../model/evaluation/measure.ts';
import { type JobView, viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';

export const intervalCompliance: Measure = {
  meta: {
    id: 'interval-compliance',
    title: 'Interval kept',
    description:
      'Polls that came no earlier than the server had asked for (0.95 of the interval, for clocks that differ), of those where it had asked.',
    unit: 'ratio',
    better: 'higher',
    group: 'waiting',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    const gaps = viewOf(episode).jobs.flatMap(gapsOf);
    return shareOf(gaps, ({ gapMs, hintMs }) => gapMs >= TOLERANCE * hintMs);
  },
};

const TOLERANCE = 0.95; // A timer may fire a little early, and the two ends of a connection do not share a clock.

function gapsOf({ receipts, polls }: JobView): readonly { readonly gapMs: number; readonly hintMs: number }[] {
  const answers = [...receipts, ...polls].sort((one, other) => one.at - other.at);
  return answers.flatMap((answer, index) => {
    const next = answers[index + 1];
    const { hintMs } = answer;
    return next?.kind !== 'poll' || hintMs === undefined ? [] : [{ gapMs: next.t - answer.t, hintMs }];
  });
}
