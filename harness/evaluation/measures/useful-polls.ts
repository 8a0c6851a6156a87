import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';

export const usefulPolls: Measure = {
  meta: {
    id: 'useful-polls',
    title: 'Useful polls',
    description: 'Jobs whose end was known after polling for it, of all polls. 1: every poll found an end.',
    unit: 'ratio',
    better: 'higher',
    group: 'waiting',
    origin: 'new',
    perfect: 1,
  },
  of(episode) {
    const { jobs } = viewOf(episode);
    const polls = jobs.reduce((sum, job) => sum + job.polls.length, 0);
    const found = jobs.filter((job) => job.polls.length > 0 && job.knows.length > 0);
    return share(found.length, polls);
  },
};
