import type { Measure } from '../../model/evaluation/measure.ts';
import { viewOf } from './episode-view.ts';
import { resultTakes } from './result-takes.ts';
import { share } from './sample.ts';
import { workspaceOf } from './value-uses.ts';

export const crossTask: Measure = {
  meta: {
    id: 'cross-task',
    title: 'Crossed tasks',
    description:
      'Results of one task taken for another, and calls of one task in the world of another, of all results taken and calls made.',
    unit: 'ratio',
    better: 'lower',
    group: 'preservation',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 0,
  },
  of(episode) {
    const { calls, tasks } = viewOf(episode);
    const workspaces = tasks.map(({ task }) => task.workspace);
    const strays = calls.filter(({ call }) => {
      const workspace = workspaceOf(call.arguments, workspaces);
      return workspace !== null && workspace !== tasks.find(({ task }) => task.id === call.task)?.task.workspace;
    });
    const takes = resultTakes(episode);
    const crossed = takes.filter(({ from, of }) => from !== null && from.task !== of.task);
    return share(crossed.length + strays.length, takes.length + calls.length);
  },
};
