import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const reference: EvaluationPolicy = {
  meta: {
    id: 'reference',
    title: 'Reference',
    description:
      'List scheduling by longest remaining path: never idle while a step is ready, every result to the call it answers.',
    source: 'R. L. Graham, Bounds on multiprocessing timing anomalies, 1969',
    spoils: [],
  },
  start: (input) => createWorker(input, () => ({})),
};
