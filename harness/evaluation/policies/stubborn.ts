import type { EvaluationPolicy, OpenJob } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

const PATIENCE_ACTIONS = 5; // In the middle of what tools take here, so that about half of all jobs are not waited for.

export const stubborn: EvaluationPolicy = {
  meta: {
    id: 'stubborn',
    title: 'Stubborn',
    description: 'Has a step done again when its job takes longer than five actions, as if the first were lost.',
    spoils: ['duplicate-creates', 'duplicate-effects'],
  },
  start: (input) => {
    const patienceMs = PATIENCE_ACTIONS * input.agentMs;
    return createWorker(input, () => {
      const repeated = new Set<string>();
      const isPatientWith = ({ step }: OpenJob) => step === null || repeated.has(step);
      return {
        first(board, { nowMs, open }) {
          const overdue = open.find((job) => !isPatientWith(job) && nowMs >= job.sentMs + patienceMs);
          if (overdue === undefined || overdue.step === null) return null;
          repeated.add(overdue.step);
          return board.call(board.graph.of(overdue.step), 'fresh-key');
        },
        rest(_, { open }) {
          const next = open.find((job) => !isPatientWith(job));
          return next === undefined ? { do: 'wait' } : { do: 'wait', untilMs: next.sentMs + patienceMs };
        },
      };
    });
  },
};
