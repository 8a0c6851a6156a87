import { mean } from 'simple-statistics';
import type { AsyncGap } from '../../model/evaluation/document.ts';
import { groupBy } from '../../model/grouping.ts';
import type { EpisodeFigures } from './episode-figures.ts';
import { pairedEnds } from './interval.ts';

/**
 * What it costs an agent that results come later: task success with each result at once, less that with receipts, on the same
 * instances and seeds. One for each agent and law that has pairs; episodes whose outcome is not known pair with nothing.
 * Source: AsyncTool (arXiv 2605.27995), sync against async.
 */
export function asyncGaps(episodes: readonly EpisodeFigures[]): readonly AsyncGap[] {
  const known = episodes.filter(({ isRight }) => isRight !== null);
  const groups = groupBy(known, ({ agent, law }) => JSON.stringify([agent, law]));
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const pairs = pairsOf(group);
    if (pairs.length === 0) return [];
    const count = (holds: (pair: Pair) => boolean) => pairs.filter(holds).length;
    const syncOnly = count(({ sync, async }) => sync.isRight === true && async.isRight === false);
    const asyncOnly = count(({ sync, async }) => sync.isRight === false && async.isRight === true);
    const sync = count((pair) => pair.sync.isRight === true) / pairs.length;
    const async = count((pair) => pair.async.isRight === true) / pairs.length;
    return [
      {
        agent: first.agent,
        law: first.law,
        pairs: pairs.length,
        sync,
        async,
        gap: (syncOnly - asyncOnly) / pairs.length,
        ...pairedEnds(syncOnly, asyncOnly, pairs.length),
        syncMs: mean(pairs.map((pair) => pair.sync.makespanMs)),
        asyncMs: mean(pairs.map((pair) => pair.async.makespanMs)),
      },
    ];
  });
}

interface Pair {
  readonly sync: EpisodeFigures;
  readonly async: EpisodeFigures;
}

function pairsOf(group: readonly EpisodeFigures[]): readonly Pair[] {
  const key = ({ instance, seed }: EpisodeFigures) => JSON.stringify([instance, seed]);
  const syncs = new Map(group.filter(({ mode }) => mode === 'sync').map((one) => [key(one), one]));
  return group.flatMap((async) => {
    const sync = async.mode === 'async' ? syncs.get(key(async)) : undefined;
    return sync === undefined ? [] : [{ sync, async }];
  });
}
