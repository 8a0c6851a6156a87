import type { Measure } from '../../model/evaluation/measure.ts';
import { isRepair } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';

export const funcF1: Measure = {
  meta: {
    id: 'func-f1',
    title: 'Function F1',
    description:
      'Calls with the right tool: F1 of the tools that were called against those of the gold calls, task by task. Calls made anew after a failure are not counted again.',
    unit: 'ratio',
    better: 'higher',
    group: 'step',
    origin: 'asynctool',
    source: 'AsyncTool (arXiv 2605.27995); the paper gives the name, the formula is ours.',
    perfect: 1,
  },
  of(episode) {
    const view = viewOf(episode);
    let hits = 0;
    let cases = 0;
    for (const { calls, steps } of view.tasks) {
      const made = calls.filter((call) => !isRepair(view, call)).map(({ call }) => call.tool);
      const gold = steps.map(({ step }) => step.tool);
      hits += 2 * commonCount(made, gold);
      cases += made.length + gold.length;
    }
    return share(hits, cases);
  },
};

/** How many of the texts are in both, each as often as it is in both. */
function commonCount(one: readonly string[], other: readonly string[]): number {
  const left = [...other];
  return one.filter((text) => {
    const index = left.indexOf(text);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  }).length;
}
