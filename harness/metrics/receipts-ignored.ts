import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { isTerminal } from '../model/operation.ts';
import { rate } from './rate.ts';
import { ackedCalls } from './timeline.ts';

/** Receipts for unfinished tasks after which a client that is not ours never asked and was never told, of all such receipts. */
export const receiptsIgnored: Metric = {
  meta: {
    id: 'receipts-ignored',
    title: 'Receipts ignored',
    description: 'Calls whose receipt a client of somebody else took and never came back for, of all with a task.',
    type: 'rate',
    unit: 'ratio',
    better: 'lower',
  },
  measure({ plan, history }) {
    if (plan.client === undefined) return null;
    const holders = ackedCalls(history).filter(
      ({ tasks, acks }) => tasks.length > 0 && !acks.some(({ end }) => isTerminal(end.status)),
    );
    return rate(holders.filter((call) => isIgnored(history, call)).length, holders.length);
  },
};

function isIgnored(history: HistoryIndex, { reads, cancels, tasks }: CallView): boolean {
  if (reads.length > 0 || cancels.length > 0) return false;
  return !tasks.some((task) => history.tasks.get(task)?.sightings.some(({ inv }) => inv === undefined));
}
