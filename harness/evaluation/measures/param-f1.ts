import type { Measure } from '../../model/evaluation/measure.ts';
import { isRepair } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { share } from './sample.ts';
import { actualArguments, goldArguments, sharedPairs } from './step-match.ts';

export const paramF1: Measure = {
  meta: {
    id: 'param-f1',
    title: 'Parameter F1',
    description:
      'Right arguments: F1 of the names and values of arguments against those of the gold calls, over calls with the right tool. null: no tool of a gold call was called.',
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
    for (const call of view.calls) {
      if (call.step === null || call.call.tool !== call.step.step.tool || isRepair(view, call)) continue;
      const given = call.call.arguments;
      const [gold, actual] = [goldArguments(call.step), actualArguments(call.step)];
      hits += 2 * Math.max(sharedPairs(given, gold), sharedPairs(given, actual));
      cases += Object.keys(given).length + Object.keys(gold).length;
    }
    return share(hits, cases);
  },
};
