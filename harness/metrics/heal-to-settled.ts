import type { Metric } from '../model/metric.ts';
import { sinceHeal } from './outage.ts';

/**
 * From the end of an outage to the moment when the last task that was under way in it was seen finished, ms (0: all were before), one
 * sample an outage; where one never was it is censored. An outage in which nothing was under way gives none. null: there was no outage.
 */
export const healToSettled: Metric = {
  meta: {
    id: 'heal-to-settled',
    title: 'From heal to the last task settled',
    description: 'From the end of an outage until the last task that was under way in it was seen finished.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure: ({ plan, history }) =>
    sinceHeal(plan, history, ({ calls }) => {
      if (calls.length === 0) return undefined;
      const ends = calls.flatMap(({ tasks }) => tasks.map((task) => history.tasks.get(task)?.settled?.event.t ?? null));
      return ends.reduce((last, t) => (last === null || t === null ? null : Math.max(last, t)));
    }),
};
