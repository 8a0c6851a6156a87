import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { sentCalls } from './timeline.ts';

/** Requests that a platform gateway answered (HTTP 424, or a cancel over stdio) because the server took too long. */
export const gatewayTimeouts: Metric = {
  meta: {
    id: 'gateway-timeouts',
    title: 'Gateway timeouts',
    description: 'Requests that the platform in front answered with a 424 while the server was still at work.',
    type: 'counter',
    unit: 'requests',
    better: 'lower',
  },
  measure({ history }) {
    if (sentCalls(history).length === 0) return null;
    const given = history.exchanges.filter(({ end }) => end !== null && end.kind !== 'ok' && end.gateway === true);
    return counter(given.length, 'requests');
  },
};
