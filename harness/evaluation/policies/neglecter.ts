import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { longestPath } from './task-graph.ts';
import { createWorker } from './worker.ts';

export const neglecter: EvaluationPolicy = {
  meta: {
    id: 'neglecter',
    title: 'Neglecter',
    description: 'Begins its first task and turns to the others; never comes back to it, and does not report on it.',
    spoils: ['task-neglect'],
  },
  start: (input) => {
    const [first, ...others] = input.instance.tasks;
    const isAlone = first === undefined || others.length === 0;
    return createWorker(input, () => ({
      choose(ready, board) {
        if (isAlone) return longestPath(ready);
        const hasBegun = board.graph.steps.some((step) => step.task === first.id && board.stateOf(step) !== 'todo');
        return longestPath(ready.filter(({ task }) => (task === first.id) !== hasBegun));
      },
      reportsOn: (task) => isAlone || task !== first.id,
    }));
  },
};
