import type { Metric } from '../model/metric.ts';
import { counter } from './rate.ts';
import { sum } from './timeline.ts';

/** Times the result of a task entered its agent's context again after the first. null: no result was ever known. */
export const duplicateKnows: Metric = {
  meta: {
    id: 'duplicate-knows',
    title: 'Results delivered again',
    description: 'Times a result entered the context of its agent again after the first time.',
    type: 'counter',
    unit: 'deliveries',
    better: 'lower',
  },
  measure({ history }) {
    const knows = history.calls.map((call) => call.knows);
    if (knows.every((list) => list.length === 0)) return null;
    return counter(sum(knows.map((list) => list.length - new Set(list.map((know) => know.task)).size)), 'deliveries');
  },
};
