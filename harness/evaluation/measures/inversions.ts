import type { Episode } from '../../model/evaluation/episode.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { viewOf } from './episode-view.ts';

export interface Inversions {
  /** Pairs of jobs that were pending together; of others the order is fixed. */
  readonly pairs: number;
  /** Of these, pairs of which the one called later was known first. */
  readonly inversions: number;
}

export const inversionsOf: (episode: Episode) => Inversions = onceAnEpisode((episode) => {
  const ended = viewOf(episode).jobs.flatMap(({ calls, knows }) => {
    const [call] = calls;
    const [know] = knows;
    return call === undefined || know === undefined ? [] : [{ calledAt: call.call.at, knownAt: know.at }];
  });
  let pairs = 0;
  let inversions = 0;
  for (const one of ended) {
    for (const other of ended) {
      if (other.calledAt <= one.calledAt || other.calledAt >= one.knownAt) continue;
      pairs += 1;
      if (other.knownAt < one.knownAt) inversions += 1;
    }
  }
  return { pairs, inversions };
});
