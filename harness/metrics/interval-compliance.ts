import { nsOf } from '../model/clock.ts';
import type { Metric } from '../model/metric.ts';
import { collectPolls } from './poll.ts';
import { rate } from './rate.ts';

/** A poll may come this much early and still count as on time: timers and clocks differ a little. */
const TOLERANCE = 0.95;

/**
 * Polls sent no sooner than the interval the server had asked for after the poll before (the first: after the receipt), of
 * all polls for which it had asked. null: the server never named an interval.
 */
export const intervalCompliance: Metric = {
  meta: {
    id: 'interval-compliance',
    title: 'Interval compliance',
    description: 'Polls that kept to the interval the server had asked for (within 5 %), of all it had asked for.',
    type: 'rate',
    unit: 'ratio',
    better: 'higher',
  },
  measure({ history }) {
    const gaps = collectPolls(history).flatMap(({ hintMs, previousT, exchange }) =>
      hintMs === null || previousT === null ? [] : [{ gap: exchange.inv.t - previousT, hint: nsOf(hintMs) }],
    );
    return rate(gaps.filter(({ gap, hint }) => gap >= TOLERANCE * hint).length, gaps.length);
  },
};
