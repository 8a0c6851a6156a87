import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createWorker } from './worker.ts';

export const stormPoller: EvaluationPolicy = {
  meta: {
    id: 'storm-poller',
    title: 'Storm poller',
    description: 'Asks for the status of its oldest job over and over instead of waiting to be told.',
    spoils: ['waiting-tokens', 'agent-polls-per-job', 'useful-polls'],
  },
  start: (input) =>
    createWorker(input, () => ({
      rest: (_, { open }) => ({ do: 'poll', job: open[0]?.job ?? 0 }),
    })),
};
