import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { longestPath } from './task-graph.ts';
import { createWorker } from './worker.ts';

export const thrasher: EvaluationPolicy = {
  meta: {
    id: 'thrasher',
    title: 'Thrasher',
    description:
      'Never does two things for one task in a row: when only that task has a ready step, it looks in on another.',
    spoils: ['thrash', 'justified-switches'],
  },
  start: (input) =>
    createWorker(input, () => {
      let at: string | null = null;
      return {
        first(board, { open }) {
          const ready = board.ready();
          const elsewhere = open.find(({ task }) => task !== at);
          if (ready.length === 0 || elsewhere === undefined || ready.some(({ task }) => task !== at)) return null;
          at = elsewhere.task;
          return { do: 'poll', job: elsewhere.job };
        },
        choose(ready) {
          // Of another task what can wait longest: there is the least reason to turn to it.
          const elsewhere = ready.filter(({ task }) => task !== at).sort((one, other) => one.tailMs - other.tailMs);
          const chosen = elsewhere[0] ?? longestPath(ready);
          if (chosen !== null) at = chosen.task;
          return chosen;
        },
      };
    }),
};
