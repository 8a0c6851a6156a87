import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { type GraphStep, longestPath } from './task-graph.ts';
import { createWorker } from './worker.ts';

export const eager: EvaluationPolicy = {
  meta: {
    id: 'eager',
    title: 'Eager',
    description:
      'Takes a receipt for a result: goes on with made-up values when nothing is ready, and does not look back.',
    spoils: ['assumed-results', 'dependency-violations'],
  },
  start: (input) =>
    createWorker(input, () => ({
      choose(ready, board) {
        if (ready.length > 0) return longestPath(ready);
        const isBegun = (step: GraphStep) => board.stateOf(step) === 'called' || board.stateOf(step) === 'known';
        return board.graph.steps.find((step) => board.stateOf(step) === 'todo' && step.after.every(isBegun)) ?? null;
      },
      callsMax: 1,
    })),
};
