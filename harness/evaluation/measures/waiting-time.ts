import type { Episode } from '../../model/evaluation/episode.ts';
import { hasGivenUp } from './call-standing.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { type EpisodeView, firstResult, type StepView, viewOf } from './episode-view.ts';
import { common, type Interval, lengthOf, united } from './intervals.ts';

/** What an agent did with its time while something was pending, ms. */
export interface WaitingTime {
  /** Something was pending and some step was ready to be called. */
  readonly runnableMs: number;
  /** Of that: the agent was calling or thinking. */
  readonly usedMs: number;
  /** Of that: it stood still, or polled. */
  readonly blindMs: number;
  /** It stood still or polled while something was pending and nothing was ready: there was nothing else to do. */
  readonly structuralMs: number;
}

/** A step is ready from the moment its last input is known until the action that calls it first is over. */
export const waitingTime = onceAnEpisode((episode): WaitingTime => {
  const view = viewOf(episode);
  const pending = united(view.jobs.map((job) => pendingTime(episode, job)));
  const ready = united(view.steps.flatMap((step) => readyTime(view, step) ?? []));
  const busy = united(busyTimes(view));
  const still = stillTimes(view);
  const runnable = common(pending, ready);
  const usedMs = lengthOf(common(runnable, busy));
  const blindMs = lengthOf(common(runnable, still));
  return {
    runnableMs: usedMs + blindMs,
    usedMs,
    blindMs,
    structuralMs: lengthOf(common(pending, still)) - blindMs,
  };
});

/** When the agent was calling or thinking. */
export function busyTimes({ acts }: EpisodeView): readonly Interval[] {
  return acts.filter(({ what }) => what !== 'poll').map(({ t, untilT }) => ({ from: t, until: untilT }));
}

/** When a step was ready; null: never. A task that the agent has given up after a failure has no ready steps any more. */
export function readyTime(view: EpisodeView, step: StepView): Interval | null {
  const from = inputsKnownT(step);
  if (from === null) return null;
  const first = step.calls[0];
  if (first !== undefined) return { from, until: first.act?.untilT ?? first.call.t };
  const claim = view.tasks.find(({ task }) => task === step.task)?.claim;
  return { from, until: claim && hasGivenUp(view, step.task) ? claim.t : view.episode.makespanMs };
}

/** When the last of a step's inputs was known; null: some never was. 0: it needs none. */
export function inputsKnownT({ inputs }: StepView): number | null {
  let latest = 0;
  for (const input of inputs) {
    const know = firstResult(input);
    if (know === null) return null;
    latest = Math.max(latest, know.t);
  }
  return latest;
}

function stillTimes({ episode, acts }: EpisodeView): readonly Interval[] {
  const idle = episode.events.flatMap((event) => (event.kind === 'idle' ? { from: event.t, until: event.untilT } : []));
  const polling = acts.filter(({ what }) => what === 'poll').map(({ t, untilT }) => ({ from: t, until: untilT }));
  return united([...idle, ...polling]);
}

function pendingTime(episode: Episode, job: EpisodeView['jobs'][number]): Interval {
  const from = job.calls[0]?.call.t ?? 0;
  const ends = [job.knows[0], job.losses[0], job.refusals[0]].flatMap((event) => event?.t ?? []);
  return { from, until: ends.length === 0 ? episode.makespanMs : Math.min(...ends) };
}
