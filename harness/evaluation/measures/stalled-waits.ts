import type { Measure } from '../../model/evaluation/measure.ts';
import { openJobs } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';

export const stalledWaits: Measure = {
  meta: {
    id: 'stalled-waits',
    title: 'Stalled waits',
    description: 'Episodes that the agent ended while jobs were pending whose end it had not been told.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'new',
    source: 'Agents that end their turn and never resume: SEP-1686.',
    perfect: 0,
  },
  of(episode) {
    const view = viewOf(episode);
    if (episode.end !== 'ended' || view.calls.length === 0) return null;
    return share(openJobs(view, episode.events.length).length > 0 ? 1 : 0, 1);
  },
};
