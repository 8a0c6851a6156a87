import type { Episode, EpisodeEvent, JobStatus } from '../harness/model/evaluation/episode.ts';
import type { Violation } from '../harness/model/evaluation/violation.ts';

/** What became of one call, as its bar shows it. ms from the first turn; null: never. */
export interface JobTrack {
  readonly job: number;
  readonly task: string;
  readonly label: string;
  readonly sentT: number;
  readonly receiptT: number | null;
  /** When its work ended, as far as the server says so. */
  readonly endedT: number | null;
  readonly knownT: number | null;
  readonly status: JobStatus | null;
  /** Until when anybody waited for it: known, else refused or lost, else the end of the episode. */
  readonly untilT: number;
  readonly polls: readonly { readonly t: number; readonly by: 'agent' | 'host' }[];
  readonly violations: readonly Violation[];
}

export interface TaskTrack {
  readonly task: string;
  readonly toolClass: string;
  readonly claim: { readonly t: number; readonly success: boolean } | null;
  /** Bars of one row do not overlap. */
  readonly rows: readonly (readonly JobTrack[])[];
  /** Those that belong to none of its calls. */
  readonly violations: readonly Violation[];
}

/** The calls of an episode by task, in as few rows as hold them apart. */
export function episodeTracks(episode: Episode, violations: readonly Violation[]): readonly TaskTrack[] {
  const jobs = jobTracks(episode, violations);
  return episode.instance.tasks.map(({ id, toolClass }) => {
    const claim = episode.events.findLast((event) => event.kind === 'claim' && event.task === id);
    const own = jobs.filter(({ task }) => task === id);
    const known = new Set(own.map(({ job }) => job));
    return {
      task: id,
      toolClass,
      claim: claim?.kind === 'claim' ? { t: claim.t, success: claim.success } : null,
      rows: packed(own),
      violations: violations.filter(({ task, job }) => task === id && (job === null || !known.has(job))),
    };
  });
}

function jobTracks({ events, makespanMs }: Episode, violations: readonly Violation[]): readonly JobTrack[] {
  const calls = new Map<number, Extract<EpisodeEvent, { kind: 'call' }>>();
  for (const event of events) if (event.kind === 'call' && !calls.has(event.job)) calls.set(event.job, event);
  return [...calls.values()].map((call) => {
    const own = events.filter((event) => 'job' in event && event.job === call.job);
    const receipt = own.find((event) => event.kind === 'receipt');
    const know = own.find((event) => event.kind === 'know');
    const gone = own.find((event) => event.kind === 'refused' || event.kind === 'lost');
    const known = know?.kind === 'know' ? know : null;
    return {
      job: call.job,
      task: call.task,
      label: `${call.step === null ? '' : `${call.step.replace(/^.*\$var_/, '')} `}${call.tool}`,
      sentT: call.t,
      receiptT: receipt?.t ?? null,
      endedT: known?.endedT ?? null,
      knownT: known?.t ?? null,
      status: known?.status ?? null,
      untilT: Math.max(call.t, known?.t ?? gone?.t ?? makespanMs),
      polls: own.flatMap((event) => (event.kind === 'poll' ? [{ t: event.t, by: event.by }] : [])),
      violations: violations.filter(({ job, task }) => job === call.job && task === call.task),
    };
  });
}

/** Each bar in the first row that is free by then. */
function packed(jobs: readonly JobTrack[]): readonly (readonly JobTrack[])[] {
  const rows: JobTrack[][] = [];
  for (const job of jobs) {
    const free = rows.find((row) => row.every(({ untilT }) => untilT <= job.sentT));
    if (free === undefined) rows.push([job]);
    else free.push(job);
  }
  return rows;
}
