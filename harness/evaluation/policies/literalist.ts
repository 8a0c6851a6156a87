import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const literalist: EvaluationPolicy = {
  meta: {
    id: 'literalist',
    title: 'Literalist',
    description: "Takes nothing for a failure but the status 'failed': goes on with errors, and reports success.",
    spoils: ['misread-outcomes', 'premature-claims'],
    showsWhere: 'tools fail (--failing 0.1)',
  },
  start: (input) => createWorker(input, () => ({ isFailure: (status) => status === 'failed' })),
};
