import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
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
    perCall: true,
  },
  measure({ history }) {
    const polls = pollFigures(history);
    const holders = history.calls.filter((call) => call.tasks.length > 0);
    return trendOf(
      holders.map((call) =>
        terminalSeenT(history, call) === null ? null : (polls.byCall.get(call.planned.call)?.count ?? 0),
      ),
      'polls',
    );
  },
};
