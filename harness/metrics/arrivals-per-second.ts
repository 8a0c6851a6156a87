import type { Metric } from '../model/metric.ts';
import { loadWindow, perSecond } from './load-window.ts';

/** Calls begun a second, after the warm-up; what the generator dropped was not begun. null: the load was not measured. */
export const arrivalsPerSecond: Metric = {
  meta: {
    id: 'arrivals-per-second',
    title: 'Calls begun a second',
    description: 'What the load really was, after the warm-up: calls that were dropped are not in it.',
    type: 'counter',
    unit: 'calls/s',
    better: 'neither',
  },
  measure({ plan, history }) {
    const window = loadWindow(plan, history);
    if (window === null) return null;
    const begun = history.gens.filter(({ lateness }) => lateness !== undefined);
    const intended = begun.map(({ t, lateness = 0 }) => t - lateness);
    return { type: 'counter', unit: 'calls/s', value: perSecond(intended, window) };
  },
};
