import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

const FORGETS = 0.5; // As likely as not, so that some of its tasks are done all the same.

export const amnesiac: EvaluationPolicy = {
  meta: {
    id: 'amnesiac',
    title: 'Amnesiac',
    description: 'Drops the id of every other job as soon as it has turned to another, and never hears of it again.',
    spoils: ['lost-jobs'],
  },
  start: (input) =>
    createWorker(input, () => {
      const tried = new Set<number>();
      return {
        first(_, { open }) {
          for (const { job } of open.slice(0, -1)) {
            if (tried.has(job)) continue;
            tried.add(job);
            if (input.draw() < FORGETS) return { do: 'forget', job };
          }
          return null;
        },
      };
    }),
};
