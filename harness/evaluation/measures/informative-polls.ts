import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';

export const informativePolls: Measure = {
  meta: {
    id: 'informative-polls',
    title: 'Informative polls',
    description: 'Polls that said something which the last one did not, of all polls.',
    unit: 'ratio',
    better: 'higher',
    group: 'waiting',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    const polls = viewOf(episode).jobs.flatMap((job) => job.polls);
    return shareOf(polls, ({ isNews }) => isNews);
  },
};
