import type { Episode } from '../../model/evaluation/episode.ts';
import { lowerBoundMs, serialMs } from '../scheduling/lower-bound.ts';
import { referenceSchedule } from '../scheduling/reference-schedule.ts';
import type { Schedule } from '../scheduling/schedule.ts';
import { type Work, workOf } from '../scheduling/work.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { firstResult, viewOf } from './episode-view.ts';

/** How long the agent took, beside what was possible, ms. */
export interface ScheduleFigures {
  /** null: it is not known how long some step works. */
  readonly possible: {
    readonly work: Work;
    /** One thing after the other. */
    readonly serialMs: number;
    readonly boundMs: number;
    readonly reference: Schedule;
  } | null;
  /** Until the last result of the gold steps was known; null: the agent did not come to know all. */
  readonly makespanMs: number | null;
}

export const scheduleFigures = onceAnEpisode((episode): ScheduleFigures => {
  const work = workOf(episode.instance, episode);
  const possible =
    work === null || work.steps.length === 0
      ? null
      : { work, serialMs: serialMs(work), boundMs: lowerBoundMs(work), reference: referenceSchedule(work) };
  return { possible, makespanMs: workDoneMs(episode) };
});

function workDoneMs(episode: Episode): number | null {
  const { steps } = viewOf(episode);
  let latest: number | null = null;
  for (const step of steps) {
    const know = firstResult(step);
    if (know === null) return null;
    latest = Math.max(latest ?? 0, know.t);
  }
  return latest;
}

/**
 * (serial - taken) / (serial - reference): 1 as good as the reference, 0 like a blocking agent, below 0 worse. null: not all
 * was done, or overlapping could have saved less than one action.
 */
export function efficiencyOf(episode: Episode): number | null {
  const { possible, makespanMs } = scheduleFigures(episode);
  const savableMs = savableMsOf(episode);
  if (possible === null || makespanMs === null || savableMs === null) return null;
  return (possible.serialMs - makespanMs) / savableMs;
}

/** What overlapping could save, ms; null: less than one action, so that nothing can be said of how much of it was saved. */
export function savableMsOf(episode: Episode): number | null {
  const { possible } = scheduleFigures(episode);
  if (possible === null) return null;
  const savableMs = possible.serialMs - possible.reference.makespanMs;
  return savableMs > 0 && savableMs >= episode.agentMs ? savableMs : null;
}
