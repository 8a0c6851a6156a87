import type { Metric } from '../model/metric.ts';
import { rate } from './rate.ts';
import { attempts } from './timeline.ts';

/** Create requests whose client stopped waiting, of all create requests that ended. An answer of a gateway is no client timeout. */
export const clientTimeouts: Metric = {
  meta: {
    id: 'client-timeouts',
    title: 'Client timeouts',
    description: 'Create requests whose client stopped waiting, of all that ended.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure({ history }) {
    const ends = history.calls.flatMap((call) => attempts(call)).flatMap(({ end }) => (end === null ? [] : [end]));
    const timedOut = ends.filter((end) => end.kind !== 'ok' && end.reason === 'timeout' && end.gateway !== true);
    return rate(timedOut.length, ends.length);
  },
};
