import { nsOf } from '../model/clock.ts';
import type { TaskView } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { isTerminal } from '../model/operation.ts';
import { counter } from './rate.ts';

/**
 * O1: tasks whose last good final read still shows no end although their time (the scenario's SLA after the receipt or the
 * last heal) is over. null: no task, or the run never came to its final reads.
 */
export const orphansStuck: Metric = {
  meta: {
    id: 'orphans-stuck',
    title: 'Stuck tasks (O1)',
    description: 'Tasks that still had no end at the final read although their time was over.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ plan, history }) {
    if (history.auditSeq === null || history.tasks.size === 0) return null;
    const stuck = [...history.tasks.values()].filter((task) => {
      const ackT = task.acks[0]?.end.t ?? 0;
      const last = lastFinalRead(task);
      const dueT = Math.max(ackT, history.lastHealT) + nsOf(plan.slaMs);
      return last !== null && !isTerminal(last.status) && last.t > dueT;
    });
    return counter(stuck.length, 'tasks');
  },
};

function lastFinalRead(task: TaskView) {
  const good = task.finalReads.flatMap(({ end }) => (end?.kind === 'ok' ? [end] : []));
  return good.at(-1) ?? null;
}
