import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const roundRobin: EvaluationPolicy = {
  meta: {
    id: 'round-robin',
    title: 'Round robin',
    description: 'Gives every task its turn: the first ready step of the next task that has one.',
    spoils: [],
  },
  start: (input) => {
    const taskIds = input.instance.tasks.map(({ id }) => id);
    return createWorker(input, () => ({
      choose(ready, board) {
        const last = taskIds.indexOf(board.lastCalled()?.task ?? '');
        for (let turn = 1; turn <= taskIds.length; turn += 1) {
          const task = taskIds[(last + turn) % taskIds.length];
          const step = ready.find((other) => other.task === task);
          if (step !== undefined) return step;
        }
        return null;
      },
    }));
  },
};
