import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const swapper: EvaluationPolicy = {
  meta: {
    id: 'swapper',
    title: 'Swapper',
    description: 'Takes what arrives first for the answer to what it called first.',
    spoils: ['binding-accuracy', 'wrong-instance', 'cross-task'],
  },
  start: (input) =>
    createWorker(input, () => ({
      stepOf: (_, board) => board.awaited()[0] ?? null,
      callsMax: 1,
    })),
};
