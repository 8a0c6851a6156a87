import type { Episode } from '../../model/evaluation/episode.ts';
import type { Sample } from '../../model/evaluation/measure.ts';
import { hasFailed, hasGivenUp, isRepeated } from './call-standing.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { type CallView, type EpisodeView, firstResult, type Placed, type StepView, viewOf } from './episode-view.ts';
import { common, lengthOf, united } from './intervals.ts';
import { share } from './sample.ts';
import { valueUses } from './value-uses.ts';
import { busyTimes, inputsKnownT } from './waiting-time.ts';

/** What became of the steps that need a result. Each result that was known, and that some step could go on with, has one. */
export const CONTINUATION_OUTCOMES = ['misrouted', 'duplicated', 'stale', 'lost', 'late', 'once-correct'] as const;
export type ContinuationOutcome = (typeof CONTINUATION_OUTCOMES)[number];

// One poll of the agent's own takes an action and the way to the server and back; two are late.
const LATE_ACTIONS = 1.5;

interface Continuation {
  readonly step: StepView;
  readonly outcome: ContinuationOutcome;
}

/**
 * The first that holds: misrouted (the result was taken for another's, or another's for it), duplicated (a step that needs it
 * was called twice, with nothing gone wrong), stale (it was taken after a newer one of the same step was known, or after it
 * was known that there is none), lost (a step could go on and was not called since), late (the agent stood still or polled for
 * more than LATE_ACTIONS before it went on), once-correct.
 */
export const continuations = onceAnEpisode((episode): readonly Continuation[] => {
  const view = viewOf(episode);
  return view.steps.flatMap((step) => {
    const outcome = outcomeOf(view, step);
    return outcome === null ? [] : [{ step, outcome }];
  });
});

/** How many results met this outcome, of all that have one. */
export function outcomeShare(episode: Episode, wanted: ContinuationOutcome): Sample | null {
  const all = continuations(episode);
  return share(all.filter(({ outcome }) => outcome === wanted).length, all.length);
}

function outcomeOf(view: EpisodeView, step: StepView): ContinuationOutcome | null {
  const know = firstResult(step);
  if (know === null || step.followers.length === 0) return null;
  const isMixedUp = valueUses(view.episode).some(({ of, from }) => from !== null && isCrossed(step, from, of));
  if (isMixedUp || view.binds.some(({ job, step: taken }) => isCrossed(step, job.owner, taken))) return 'misrouted';
  const calls = step.followers.flatMap((follower) => follower.calls);
  if (calls.some((call) => isRepeated(view, call))) return 'duplicated';
  if (isStale(view, step)) return 'stale';
  const open = step.followers.filter((follower) => continuedBy(follower, know) === null);
  const owed = open.filter((follower) => inputsKnownT(follower) !== null);
  if (owed.length > 0) {
    // Who gives a task up because something failed, or was interrupted by us, owes nothing.
    return hasGivenUp(view, step.task) || view.episode.end === 'interrupted' ? null : 'lost';
  }
  if (open.length === step.followers.length) return null;
  return step.followers.some((follower) => isLate(view, follower, know)) ? 'late' : 'once-correct';
}

function isCrossed(step: StepView, owner: StepView | null, taken: StepView): boolean {
  return owner !== taken && (owner === step || taken === step);
}

/** The first call of a follower that was made with this result known. */
function continuedBy(follower: StepView, know: Placed<'know'>): CallView | null {
  return follower.calls.find(({ call }) => call.at > know.at) ?? null;
}

function isStale({ binds }: EpisodeView, step: StepView): boolean {
  return binds.some(({ bind, job, step: taken }) => {
    if (taken !== step || job.owner !== step) return false;
    if (hasFailed(job, bind.at) && job.knows.every(({ status }) => status !== 'error')) return true;
    return step.results.some((newer) => newer.job > job.job && newer.at < bind.at);
  });
}

function isLate(view: EpisodeView, follower: StepView, know: Placed<'know'>): boolean {
  const call = continuedBy(follower, know);
  const from = inputsKnownT(follower);
  if (call === null || from === null) return false;
  const until = call.act?.t ?? call.call.t;
  const busyMs = lengthOf(common(united(busyTimes(view)), [{ from, until }]));
  return until - from - busyMs > LATE_ACTIONS * view.episode.agentMs;
}
