import type { Metric } from '../model/metric.ts';
import { collectPolls } from './poll.ts';
import { terminalSeenT, trendOf } from './timeline.ts';

/** Polls of a task, one sample a call whose agent saw it terminal; calls that held a task and never did are censored. */
export const pollsPerTask: Metric = {
  meta: {
    id: 'polls-per-task',
    title: 'Polls per task',
    description: 'How often an agent asked before (and after) it saw its task finished.',
    type: 'trend',
    unit: 'polls',
    better: 'lower',
  },
  measure({ history }) {
    const counts = new Map<number, number>();
    for (const { call } of collectPolls(history)) counts.set(call, (counts.get(call) ?? 0) + 1);
    const holders = history.calls.filter((call) => call.tasks.length > 0);
    return trendOf(
      holders.map((call) => (terminalSeenT(history, call) === null ? null : (counts.get(call.planned.call) ?? 0))),
      'polls',
    );
  },
};
