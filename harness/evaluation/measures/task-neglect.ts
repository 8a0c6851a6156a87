import type { Measure } from '../../model/evaluation/measure.ts';
import { type EpisodeView, type StepView, viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';
import { readyTime } from './waiting-time.ts';

export const taskNeglect: Measure = {
  meta: {
    id: 'task-neglect',
    title: 'Task neglect',
    description:
      'Tasks that at the end had a step which could be called and never was, or whose ready step saw the agent take more than ten other actions, of all tasks.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 0,
  },
  of(episode) {
    const view = viewOf(episode);
    return shareOf(view.tasks, ({ steps }) => steps.some((step) => isNeglected(view, step)));
  },
};

// Three tasks of eight steps never kept a step of a good schedule waiting for more than four.
const ACTIONS_MAX = 10;

function isNeglected({ acts, ...view }: EpisodeView, step: StepView): boolean {
  const ready = readyTime({ acts, ...view }, step);
  if (ready === null) return false;
  const claim = view.tasks.find(({ task }) => task === step.task)?.claim;
  const hasGivenUp = claim?.success === false || view.episode.end === 'interrupted';
  if (step.calls.length === 0 && !hasGivenUp) return true;
  return acts.filter(({ t, untilT }) => t >= ready.from && untilT < ready.until).length > ACTIONS_MAX;
}
