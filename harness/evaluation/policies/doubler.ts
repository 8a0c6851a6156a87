import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const doubler: EvaluationPolicy = {
  meta: {
    id: 'doubler',
    title: 'Doubler',
    description: 'Continues twice: makes every call that goes on from a result a second time, under the same key.',
    spoils: ['continuations-duplicated'],
  },
  start: (input) =>
    createWorker(input, () => {
      const doubled = new Set<string>();
      return {
        first(board) {
          const last = board.lastCalled();
          if (last === null || last.after.length === 0 || doubled.has(last.id)) return null;
          doubled.add(last.id);
          return board.call(last);
        },
      };
    }),
};
