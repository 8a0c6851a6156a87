import type { Measure } from '../../model/evaluation/measure.ts';
import { share } from './sample.ts';
import { taskOutcomes } from './task-outcome.ts';

export const trajectorySoft: Measure = {
  meta: {
    id: 'trajectory-soft',
    title: 'Trajectory, soft',
    description:
      'Gold calls that were made rightly, in an order that their dependencies allow: longest common subsequence against the number of gold calls.',
    unit: 'ratio',
    better: 'higher',
    group: 'task',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const outcomes = taskOutcomes(episode);
    const made = outcomes.reduce((sum, { orderedCount }) => sum + orderedCount, 0);
    return share(
      made,
      outcomes.reduce((sum, { view }) => sum + view.steps.length, 0),
    );
  },
};
