import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const sleeper: EvaluationPolicy = {
  meta: {
    id: 'sleeper',
    title: 'Sleeper',
    description: 'Ends its turn when it has nothing to do but wait, and nothing wakes it.',
    spoils: ['stalled-waits', 'unclaimed-jobs'],
  },
  start: (input) => createWorker(input, () => ({ rest: () => ({ do: 'end' }) })),
};
