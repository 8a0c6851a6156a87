import type { Metric } from '../model/metric.ts';
import { loadWindow, perSecond } from './load-window.ts';
import { firstKnow } from './timeline.ts';

/** Calls whose result reached its agent, a second, after the warm-up and while calls were begun. null: the load was not measured. */
export const resultsPerSecond: Metric = {
  meta: {
    id: 'results-per-second',
    title: 'Results a second',
    description: 'Calls whose result reached its agent, a second: below the calls begun a second, work piles up.',
    type: 'counter',
    unit: 'calls/s',
    better: 'higher',
  },
  measure({ plan, history }) {
    const window = loadWindow(plan, history);
    if (window === null) return null;
    const known = history.calls.flatMap((call) => firstKnow(call)?.t ?? []);
    return { type: 'counter', unit: 'calls/s', value: perSecond(known, window) };
  },
};
