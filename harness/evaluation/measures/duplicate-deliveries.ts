import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';

export const duplicateDeliveries: Measure = {
  meta: {
    id: 'duplicate-deliveries',
    title: 'Duplicate deliveries',
    description:
      'Ends of jobs that the agent was told although it knew, of all it was told. After a crash it may be told again.',
    unit: 'ratio',
    better: 'lower',
    group: 'reliability',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const { jobs, crashes } = viewOf(episode);
    const knows = jobs.flatMap((job) => job.knows);
    const again = jobs.flatMap((job) =>
      job.knows.filter((know) => {
        const before = job.knows.findLast(({ at }) => at < know.at);
        return before !== undefined && !crashes.some(({ at }) => at > before.at && at < know.at);
      }),
    );
    return share(again.length, knows.length);
  },
};
