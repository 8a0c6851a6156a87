import type { EvaluationTask } from '../../model/evaluation/instance.ts';
import type { CallView, EpisodeView, JobView, StepView } from './episode-view.ts';

/** The server took the call. */
export function wasAccepted({ receipts, knows }: JobView): boolean {
  return receipts.length > 0 || knows.some(({ status }) => status === 'ok' || status === 'error');
}

/** At this place in the episode the agent knows the result that it asked for. */
export function isKnown(step: StepView, at: number): boolean {
  return step.results.some((know) => know.status === 'ok' && know.at < at);
}

/** At this place in the episode something has come back for the step, be it that it failed. */
export function hasArrived(step: StepView, at: number): boolean {
  return step.results.some((know) => know.at < at);
}

/** The job came to an end without a result, and the agent knew so at this place. */
export function hasFailed({ refusals, losses, knows }: JobView, at: number): boolean {
  const ended = knows.filter((know) => know.at < at);
  if (ended.some(({ status }) => status === 'ok')) return false;
  return ended.length > 0 || refusals.some((one) => one.at < at) || losses.some((one) => one.at < at);
}

/** Earlier calls of the same step by other jobs that had not failed when this one was made. */
export function standingCalls({ call, step, job }: CallView): readonly CallView[] {
  if (step === null) return [];
  return step.calls.filter((one) => one.call.at < call.at && one.job !== job && !hasFailed(one.job, call.at));
}

/** It was made although the same had been called, nothing had gone wrong and the agent had forgotten nothing in a crash. */
export function isRepeated(view: EpisodeView, call: CallView): boolean {
  return standingCalls(call).some((one) => !view.crashes.some(({ at }) => at > one.call.at && at < call.call.at));
}

/** Made anew because all earlier ones of its step failed or were forgotten in a crash; the step is not done twice by that. */
export function isRepair(view: EpisodeView, call: CallView): boolean {
  const hasEarlier = call.step?.calls.some((one) => one.call.at < call.call.at) ?? false;
  return hasEarlier && !isRepeated(view, call);
}

/** The agent reported that the task failed, and a job of it had. Who gives up where nothing went wrong has no such excuse. */
export function hasGivenUp({ tasks, episode }: EpisodeView, task: EvaluationTask): boolean {
  const view = tasks.find((one) => one.task === task);
  if (view?.claim?.success !== false) return false;
  return view.calls.some(({ job }) => hasFailed(job, episode.events.length));
}

/** Jobs of which the agent had heard neither an end nor that they were lost, at this place. */
export function openJobs({ jobs }: EpisodeView, at: number): readonly JobView[] {
  return jobs.filter((job) => {
    const isSent = job.calls.some(({ call }) => call.at < at);
    const isOver = [...job.knows, ...job.refusals, ...job.losses].some((one) => one.at < at);
    return isSent && !isOver;
  });
}

/** The ids that the server gave this job; none: it answered with the result, or not at all. */
export function idsOf({ receipts }: JobView): readonly string[] {
  return receipts.flatMap(({ id }) => id ?? []);
}
