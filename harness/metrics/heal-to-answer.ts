import type { Metric } from '../model/metric.ts';
import { sinceHeal } from './outage.ts';

/**
 * From the end of an outage (the fault undone, the server ready) to the first good reply to a request sent after it, ms, one sample an
 * outage; without such a reply it is censored. An outage after which nobody asked anything gives none. null: there was no outage.
 */
export const healToAnswer: Metric = {
  meta: {
    id: 'heal-to-answer',
    title: 'From heal to the first answer',
    description: 'From the end of an outage, with the server ready again, to the first good reply to a later request.',
    type: 'trend',
    unit: 'ms',
    better: 'lower',
  },
  measure: ({ plan, history }) =>
    sinceHeal(plan, history, ({ healSeq }) => {
      const asked = history.exchanges.filter(({ inv }) => inv.seq > healSeq);
      if (asked.length === 0) return undefined;
      const answers = asked.flatMap(({ end }) => (end?.kind === 'ok' ? [end.t] : []));
      return answers.length === 0 ? null : answers.reduce((first, t) => Math.min(first, t));
    }),
};
