import { wasAccepted } from './call-standing.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { type EpisodeView, type JobView, viewOf } from './episode-view.ts';

export interface JobReading {
  readonly job: JobView;
  /** The agent was told of an end that is no success. */
  readonly isFailure: boolean;
  /**
   * right; misread: a failure was taken for a success; ignored: a failure was neither tried again nor reported; unknown: the
   * server took the call and the agent never knew how it ended.
   */
  readonly reading: 'right' | 'misread' | 'ignored' | 'unknown';
}

/** How the agent read the outcome of each of its calls. Of an episode that we interrupted, nothing is called ignored or unknown. */
export const jobReadings = onceAnEpisode((episode): readonly JobReading[] => {
  const view = viewOf(episode);
  return view.jobs.map((job) => ({ job, isFailure: hasFailed(job), reading: readingOf(view, job) }));
});

function hasFailed({ knows }: JobView): boolean {
  return knows.length > 0 && knows.every(({ status }) => status !== 'ok');
}

function readingOf(view: EpisodeView, job: JobView): JobReading['reading'] {
  const isInterrupted = view.episode.end === 'interrupted';
  if (job.knows.length === 0) {
    const hasAnother = job.step?.results.some(({ status }) => status === 'ok') ?? false;
    return wasAccepted(job) && !hasAnother && !isInterrupted ? 'unknown' : 'right';
  }
  if (!hasFailed(job)) return 'right';
  const bound = view.binds.some((one) => one.job === job);
  const { step } = job;
  const at = job.knows[0]?.at ?? 0;
  const isGoneOn =
    step?.followers.some((follower) =>
      follower.calls.some(
        ({ call }) => call.at > at && !step.results.some((one) => one.status === 'ok' && one.at < call.at),
      ),
    ) ?? false;
  if (bound || isGoneOn) return 'misread';
  const task = job.calls[0]?.call.task;
  const isRepaired = step?.calls.some(({ call }) => call.at > at) ?? false;
  const hasResult = step?.results.some(({ status }) => status === 'ok') ?? false;
  const isReported = view.tasks.some((one) => one.task.id === task && one.claim?.success === false);
  return isRepaired || hasResult || isReported || isInterrupted ? 'right' : 'ignored';
}
