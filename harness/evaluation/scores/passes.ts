import { mean } from 'simple-statistics';
import { groupBy } from '../../model/grouping.ts';
import type { EpisodeFigures } from './episode-figures.ts';

/**
 * pass^k: how likely k runs of an instance all succeed, averaged over the instances: C(right, k) / C(runs, k). The runs are those
 * over seeds of one agent, mode and law. null: no instance has k runs whose outcome is known. k = 1 is plain success.
 * Source: tau-bench, and tau2-bench (arXiv 2506.07982).
 */
export function passOf(episodes: readonly EpisodeFigures[], k: number): number | null {
  const runs = groupBy(
    episodes.filter(({ isRight }) => isRight !== null),
    ({ instance }) => instance,
  );
  const chances = [...runs.values()].flatMap((group) => {
    if (group.length < k) return [];
    const right = group.filter(({ isRight }) => isRight === true).length;
    return [chooseRatio(right, group.length, k)];
  });
  return chances.length === 0 ? null : mean(chances);
}

/** C(right, k) / C(all, k), factor by factor: both may be too large for a number. */
function chooseRatio(right: number, all: number, k: number): number {
  let ratio = 1;
  for (let taken = 0; taken < k; taken += 1) ratio *= Math.max(0, right - taken) / (all - taken);
  return ratio;
}
