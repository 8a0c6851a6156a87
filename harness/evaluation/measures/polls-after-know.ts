import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';

export const pollsAfterKnow: Measure = {
  meta: {
    id: 'polls-after-know',
    title: 'Polls after the end',
    description:
      'Polls of a job whose end the agent knew already, of all polls. After a crash of the agent it may ask again.',
    unit: 'ratio',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
    perfect: 0,
  },
  of(episode) {
    const { jobs, crashes } = viewOf(episode);
    const late = jobs.flatMap(({ polls, knows }) =>
      polls.filter((poll) => {
        const know = knows.find(({ at }) => at < poll.at);
        return know !== undefined && !crashes.some(({ at }) => at > know.at && at < poll.at);
      }),
    );
    return share(
      late.length,
      jobs.reduce((sum, { polls }) => sum + polls.length, 0),
    );
  },
};
