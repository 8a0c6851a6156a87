import { idsOf, openJobs } from './call-standing.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { viewOf } from './episode-view.ts';

export interface CrashedJob {
  /** The agent asked for it or was told of it after the crash, by its id, whichever call brought that. */
  readonly isHeld: boolean;
  readonly hasResult: boolean;
}

/** Jobs that the server had taken and that were pending when the agent crashed. */
export const crashedJobs = onceAnEpisode((episode): readonly CrashedJob[] => {
  const view = viewOf(episode);
  return view.crashes.flatMap(({ at }) =>
    pendingAt(view, at).map((job) => {
      const ids = idsOf(job);
      const same = view.jobs.filter((other) => other === job || idsOf(other).some((id) => ids.includes(id)));
      const later = same.flatMap(({ polls, knows, receipts }) =>
        [...polls, ...knows, ...receipts].filter((event) => event.at > at),
      );
      const hasResult = later.some((event) => event.kind === 'know' && event.status === 'ok');
      return { isHeld: later.length > 0, hasResult };
    }),
  );
});

/** What an agent drops in a crash is written just before it: those jobs count as pending, too. */
function pendingAt(view: ReturnType<typeof viewOf>, at: number) {
  const t = view.crashes.find((crash) => crash.at === at)?.t;
  return view.jobs.filter((job) => {
    if (job.receipts.every((receipt) => receipt.at > at)) return false;
    if (openJobs(view, at).includes(job)) return true;
    return job.knows.every((know) => know.at > at) && job.losses.some((loss) => loss.at < at && loss.t === t);
  });
}
