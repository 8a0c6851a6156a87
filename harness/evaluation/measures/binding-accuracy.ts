import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';
import { valueUses } from './value-uses.ts';

export const bindingAccuracy: Measure = {
  meta: {
    id: 'binding-accuracy',
    title: 'Binding accuracy',
    description:
      'Results taken for the step that they belong to, of all taken: what the agent says it took, or else the values in its calls.',
    unit: 'ratio',
    better: 'higher',
    group: 'preservation',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const { binds } = viewOf(episode);
    if (binds.length > 0) return shareOf(binds, ({ job, step }) => job.owner === step);
    return shareOf(valueUses(episode), ({ from, of }) => from === of);
  },
};
