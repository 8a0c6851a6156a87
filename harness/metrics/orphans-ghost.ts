import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';

/** O4: tasks an agent held a receipt for and the server said it did not know, before their time to live was over. */
export const orphansGhost: Metric = {
  meta: {
    id: 'orphans-ghost',
    title: 'Ghost tasks (O4)',
    description: 'Tasks with a receipt that the server later said it did not know, before they expired.',
    type: 'counter',
    unit: 'tasks',
    better: 'lower',
  },
  measure({ history }) {
    const held = [...history.tasks.values()].filter((task) => task.acks.length > 0);
    if (!held.some((task) => task.reads.some(({ end }) => end !== null))) return null;
    const ghosts = held.filter((task) =>
      task.reads.some(({ end }) => end?.kind === 'fail' && end.reason === 'not-found' && end.t < task.expiresT),
    );
    return counter(ghosts.length, 'tasks');
  },
};
