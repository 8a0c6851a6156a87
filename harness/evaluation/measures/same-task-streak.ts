import type { Measure } from '../../model/evaluation/measure.ts';
import { value } from './sample.ts';
import { switching } from './task-switches.ts';

export const sameTaskStreak: Measure = {
  meta: {
    id: 'same-task-streak',
    title: 'Same-task streak',
    description:
      'Actions by runs of actions on one task: 1 changes the task with every action. Reports on tasks are not counted. null: no action on a task.',
    unit: 'ratio',
    better: 'neither',
    group: 'switching',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
  },
  of(episode) {
    const { actCount, switches } = switching(episode);
    return actCount === 0 ? null : value(actCount / (switches.length + 1));
  },
};
