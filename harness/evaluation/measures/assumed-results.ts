import type { Measure } from '../../model/evaluation/measure.ts';
import { dependentCalls } from './dependent-calls.ts';
import { shareOf } from './sample.ts';

export const assumedResults: Measure = {
  meta: {
    id: 'assumed-results',
    title: 'Assumed results',
    description: 'Calls with a value made up for a result that had not come, of all calls that need one.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 0,
  },
  of(episode) {
    return shareOf(dependentCalls(episode), ({ violation }) => violation === 'assumed');
  },
};
