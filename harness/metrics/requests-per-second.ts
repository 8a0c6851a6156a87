import type { Metric } from '../model/metric.ts';
import { loadWindow, perSecond } from './load-window.ts';

/** Requests of the agents that were answered, a second. null: the load was not measured, or the run kept counts only. */
export const requestsPerSecond: Metric = {
  meta: {
    id: 'requests-per-second',
    title: 'Requests answered a second',
    description: 'Everything agents sent and got an answer to, polls included, after the warm-up.',
    type: 'counter',
    unit: 'requests/s',
    better: 'neither',
  },
  measure({ plan, history }) {
    const window = loadWindow(plan, history);
    if (window === null || history.folded !== null) return null;
    const answered = history.exchanges.flatMap(({ end }) => (end?.kind === 'ok' ? [end.t] : []));
    return { type: 'counter', unit: 'requests/s', value: perSecond(answered, window) };
  },
};
