import type { Measure } from '../../model/evaluation/measure.ts';
import { hasGivenUp, isRepair } from './call-standing.ts';
import { type EpisodeView, type StepView, viewOf } from './episode-view.ts';
import { shareOf } from './sample.ts';
import { readyTime } from './waiting-time.ts';

export const taskNeglect: Measure = {
  meta: {
    id: 'task-neglect',
    title: 'Task neglect',
    description:
      'Tasks that at the end had a step which could be called and never was, or whose ready step saw the agent take more actions than all other steps and what had failed need, of all tasks.',
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

function isNeglected(view: EpisodeView, step: StepView): boolean {
  const ready = readyTime(view, step);
  if (ready === null) return false;
  const isExcused = hasGivenUp(view, step.task) || view.episode.end === 'interrupted';
  if (step.calls.length === 0 && !isExcused) return true;
  const meanwhile = view.acts.filter(({ t, untilT }) => t >= ready.from && untilT < ready.until);
  const repairs = view.calls.filter((call) => isRepair(view, call));
  return meanwhile.length > view.steps.length - 1 + repairs.length;
}
