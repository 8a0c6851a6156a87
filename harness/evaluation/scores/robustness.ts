import { linearRegression } from 'simple-statistics';
import type { Robustness } from '../../model/evaluation/document.ts';
import { groupBy } from '../../model/grouping.ts';
import type { EpisodeFigures } from './episode-figures.ts';
import { scoreOf } from './score-tally.ts';

const BINS = 5; // Enough to see a bend, few enough that a sample of a hundred fills them.

/**
 * Task success against how far results came in another order than they were called. One for each agent and mode, over all laws;
 * episodes in which no two calls were pending together say nothing. The degree counts the pairs that could swap: those pending
 * together, since of others the order is fixed by the calls.
 */
export function robustnessOf(episodes: readonly EpisodeFigures[]): readonly Robustness[] {
  const groups = groupBy(episodes, ({ agent, mode }) => JSON.stringify([agent, mode]));
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const points = group.flatMap(({ inversionDegree, isRight }) =>
      inversionDegree === null || isRight === null ? [] : [{ degree: inversionDegree, right: isRight ? 1 : 0 }],
    );
    const bins = Array.from({ length: BINS }, (_, bin) => {
      const inside = points.filter(({ degree }) => Math.min(BINS - 1, Math.floor(degree * BINS)) === bin);
      const score = scoreOf(inside.map(({ right }) => ({ kind: 'share', hits: right, cases: 1 })));
      return { from: bin / BINS, to: (bin + 1) / BINS, score };
    });
    return [{ agent: first.agent, mode: first.mode, bins, slope: slopeOf(points) }];
  });
}

function slopeOf(points: readonly { readonly degree: number; readonly right: number }[]): number | null {
  if (new Set(points.map(({ degree }) => degree)).size < 2) return null;
  return linearRegression(points.map(({ degree, right }) => [degree, right])).m;
}
