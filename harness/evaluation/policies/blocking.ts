import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const blocking: EvaluationPolicy = {
  meta: {
    id: 'blocking',
    title: 'Blocking',
    description: 'Waits for the result of each call before the next, one task after the other.',
    spoils: ['interleaving-efficiency', 'idle-use'],
  },
  start: (input) =>
    createWorker(input, () => ({
      choose: (ready, _, { open }) => (open.length > 0 ? null : (ready[0] ?? null)),
    })),
};
