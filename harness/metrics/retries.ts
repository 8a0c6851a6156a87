import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { sentCalls, sum } from './timeline.ts';

/** Times that a client which is not ours sent a call again: the same tool and arguments after it lost every answer, or the same key. */
export const retries: Metric = {
  meta: {
    id: 'retries',
    title: 'Retries of a client',
    description: 'Times that a client of somebody else sent a call again.',
    type: 'counter',
    unit: 'requests',
    better: 'lower',
  },
  measure({ plan, history }) {
    const sent = sentCalls(history);
    if (plan.client === undefined || sent.length === 0) return null;
    return counter(sum(sent.map(({ creates }) => creates.length - 1)), 'requests');
  },
};
