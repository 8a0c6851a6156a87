import type { Metric } from '../model/metric.ts';
import { rate } from './rate.ts';

/** Requests for work and tasks that a client which is not ours cancelled or hung up on before they were answered, of all that ended. */
export const requestsGivenUp: Metric = {
  meta: {
    id: 'requests-given-up',
    title: 'Requests given up',
    description: 'Requests that a client of somebody else cancelled or hung up on, of all that ended.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure({ plan, history }) {
    if (plan.client === undefined) return null;
    // To leave a subscription is how it ends.
    const ends = history.exchanges.flatMap(({ inv, end }) => (end === null || inv.op === 'listen' ? [] : [end]));
    const givenUp = ends.filter((end) => end.kind === 'info' && end.reason === 'timeout' && end.gateway !== true);
    return rate(givenUp.length, ends.length);
  },
};
