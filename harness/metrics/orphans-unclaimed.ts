import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';

/** O2: tasks that came to an end and whose result no agent ever had. null: no task, or no final reads. */
export const orphansUnclaimed: Metric = {
  meta: {
    id: 'orphans-unclaimed',
    title: 'Unclaimed results (O2)',
    description: 'Tasks that came to an end and whose result no agent ever collected.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ history }) {
    if (history.auditSeq === null || history.tasks.size === 0) return null;
    const known = new Set(history.calls.flatMap((call) => call.knows.map((know) => know.task)));
    const unclaimed = [...history.tasks.values()].filter((task) => task.settled !== null && !known.has(task.id));
    return counter(unclaimed.length, 'tasks');
  },
};
