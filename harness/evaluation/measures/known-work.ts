import type { Episode } from '../../model/evaluation/episode.ts';
import { firstResult, viewOf } from './episode-view.ts';

/**
 * Work of the gold steps whose results the agent came to know, ms of latency, each weighted by when that was. `weight` null:
 * all work, known or not.
 */
export function workKnownMs(episode: Episode, weight: ((t: number) => number) | null): number {
  let sum = 0;
  for (const step of viewOf(episode).steps) {
    const latencyMs = episode.latencyMs[step.id] ?? 0;
    const know = firstResult(step);
    if (weight === null) sum += latencyMs;
    else if (know !== null) sum += latencyMs * weight(know.t);
  }
  return sum;
}
