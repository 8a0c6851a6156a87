import type { Metric } from '../model/metric.ts';
import { collectPolls, hadTasks, pollBytes } from './poll.ts';
import { counter } from './rate.ts';
import { sum } from './timeline.ts';

/** Bytes, request and reply, of polls that told their agent nothing new. null: no frames recorded, or nothing to poll. */
export const wastedBytes: Metric = {
  meta: {
    id: 'wasted-bytes',
    title: 'Wasted bytes',
    description: 'Bytes of requests and replies of polls that told their agent nothing new.',
    type: 'counter',
    unit: 'bytes',
    better: 'lower',
  },
  measure({ history }) {
    if (!hadTasks(history)) return null;
    const polls = collectPolls(history);
    const sizes = pollBytes(history, polls);
    if (sizes === null) return null;
    return counter(sum(polls.map((poll) => (poll.informative ? 0 : (sizes.get(poll) ?? 0)))), 'bytes');
  },
};
