import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { counter } from './rate.ts';
import { hadTasks } from './timeline.ts';

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
    const { bytes } = pollFigures(history);
    return bytes === null ? null : counter(bytes.wasted, 'bytes');
  },
};
