import { denial } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { Stamped, UnsureBody } from '../model/event.ts';
import type { Exchange, HistoryIndex, TaskView } from '../model/history-index.ts';
import { createFindingList, judged, second, vacuous, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

/**
 * A task is not denied before its ttl, counted from its creation, has passed; of several ttls shown the largest holds. A
 * server may shorten it: where the latest ttl that was shown had passed, an early denial is a warning. Judges tasks whose
 * retention ended within the run; any other denial is a loss (S1, S2), as is one by a later boot. Whether the server's store
 * really forgets cannot be looked into from here, and serving a task longer is allowed. Counts: tasks (whose retention
 * ended), expired (denied as promised), kept (still served after it), early, shrunk.
 */
export const earlyExpiry: Checker = {
  meta: {
    id: 'early-expiry',
    title: 'Results are kept as long as was promised',
    description:
      'An agent that comes back within the ttl finds its result. Whether the store forgets it is not judged.',
    invariants: ['S21'],
    requires: ['acks', 'reads'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const warnings = createFindingList();
    const counts = { tasks: 0, expired: 0, kept: 0, early: 0, shrunk: 0 };
    for (const task of history.tasks.values()) {
      if (task.acks.length === 0 || task.expiresT > history.endT) continue;
      counts.tasks += 1;
      const kinds = task.reads.map((read) => denial(plan, history, task, read));
      if (kinds.includes('expired')) counts.expired += 1;
      if (task.reads.some(({ inv, end }) => end?.kind === 'ok' && inv.t > task.expiresT)) counts.kept += 1;
      const early = task.reads.find((read, index) => kinds[index] === 'promised' && isSameBoot(history, task, read));
      if (early?.end == null || early.end.kind === 'ok') continue;
      const isShrunk = early.end.t >= latestExpiryT(task, early.end);
      if (isShrunk) counts.shrunk += 1;
      else counts.early += 1;
      (isShrunk ? warnings : findings).add('S21', describe(history, task, early.end, isShrunk), [
        task.acks[0]?.end.seq ?? 0,
        early.inv.seq,
        early.end.seq,
      ]);
    }
    if (counts.tasks === 0) return vacuous('the retention of no task ended within this run', counts);
    return judged(findings, counts, warnings);
  },
};

/** A restart between the last time the task was there and the denial: then it was lost, not expired. */
function isSameBoot(history: HistoryIndex, task: TaskView, { inv }: Exchange): boolean {
  const seen = task.sightings.findLast(({ event }) => event.seq < inv.seq)?.event ?? task.acks[0]?.end;
  return seen !== undefined && history.bootAt(seen.seq) === history.bootAt(inv.seq);
}

/** When it would have ended by the last ttl shown before the denial: as much earlier as that ttl is shorter. */
function latestExpiryT({ sightings, expiresT }: TaskView, denied: Stamped<UnsureBody>): number {
  const shown = sightings.flatMap(({ event }) =>
    event.seq < denied.seq && event.ttlMs !== undefined && event.ttlMs !== null ? [event.ttlMs] : [],
  );
  const latest = shown.at(-1);
  return latest === undefined ? expiresT : expiresT - (Math.max(...shown) - latest) * 1_000_000;
}

function describe(history: HistoryIndex, task: TaskView, denied: Stamped<UnsureBody>, isShrunk: boolean): string {
  const calls = task.calls.map((call) => `call ${call}`).join(', ');
  const earlyMs = Math.round((task.expiresT - denied.t) / 1_000_000);
  return (
    `${calls} (agent ${task.owner}): task ${task.id} was promised until ${second(task.expiresT)} and was denied at ` +
    `${when(history, denied)}, ${earlyMs} ms before${isShrunk ? '; a later answer had shortened its ttl' : ''}`
  );
}
