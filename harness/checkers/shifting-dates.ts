import type { Checker } from '../model/checker.ts';
import type { HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { createFindingList, type FindingList, judged, second, vacuous, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

/**
 * The dates a server gives of a task: createdAt is the same in every answer, and lastUpdatedAt never earlier than in a read
 * whose answer was there before this one was sent. Dates that cannot be read are S17's. Where the server's clock was set by a
 * fault (F23), what is found is a warning. Counts: tasks (that showed a date), dates, moved (tasks).
 */
export const shiftingDates: Checker = {
  meta: {
    id: 'shifting-dates',
    title: 'The dates of a task stand still, and never go back',
    description: 'Clients count the time to live from createdAt and tell old news from new by lastUpdatedAt.',
    invariants: ['S11'],
    requires: ['reads'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const warnings = createFindingList();
    const isClockSet = history.faults.some(({ id, phase }) => id === 'F23' && phase === 'verified');
    const list = isClockSet ? warnings : findings;
    const counts = { tasks: 0, dates: 0, moved: 0 };
    const dateOf = createDateReader();
    for (const task of history.tasks.values()) {
      const dated = task.sightings.filter(({ event }) => dateOf(event.createdAt) !== null);
      if (dated.length === 0) continue;
      counts.tasks += 1;
      counts.dates += dated.length;
      const before = list.count;
      findMoved(list, history, task, { dated, dateOf });
      const isForgotten = (from: number, to: number) => wasStoreLost(plan, history, { from, to });
      findEarlier(list, history, task, { dateOf, isForgotten });
      if (list.count > before) counts.moved += 1;
    }
    if (counts.tasks === 0) return vacuous('no answer shows when a task was created', counts);
    return judged(findings, counts, warnings);
  },
};

function findMoved(
  list: FindingList,
  history: HistoryIndex,
  task: TaskView,
  { dated, dateOf }: { readonly dated: readonly Sighting[]; readonly dateOf: DateReader },
): void {
  const [first] = dated;
  const createdMs = dateOf(first?.event.createdAt);
  const other = dated.find(({ event }) => dateOf(event.createdAt) !== createdMs);
  if (first === undefined || other === undefined) return;
  list.add(
    'S11',
    `${nameOf(task)} was created at ${first.event.createdAt}, as it was said at ${when(history, first.event)}, and at ` +
      `${other.event.createdAt}, as it was said at ${when(history, other.event)}`,
    [first.event.seq, other.event.seq],
  );
}

/** The first read that shows an earlier lastUpdatedAt than one that was answered before it was sent. */
function findEarlier(
  list: FindingList,
  history: HistoryIndex,
  task: TaskView,
  {
    dateOf,
    isForgotten,
  }: { readonly dateOf: DateReader; readonly isForgotten: (fromSeq: number, toSeq: number) => boolean },
): void {
  const reads = task.sightings.flatMap(({ event, inv }) => {
    const ms = dateOf(event.lastUpdatedAt);
    return inv === undefined || ms === null ? [] : [{ inv, event, ms }];
  });
  // The latest date of all answers up to each one; answers come in the order of their seq.
  let latest = reads[0];
  const latestUpTo = reads.map((read) => {
    if (latest === undefined || read.ms > latest.ms) latest = read;
    return latest;
  });
  for (const read of reads) {
    const known = latestUpTo[lastBefore(reads, read.inv.seq)];
    if (known === undefined || read.ms >= known.ms || isForgotten(known.event.seq, read.event.seq)) continue;
    list.add(
      'S11',
      `${nameOf(task)} was last updated at ${known.event.lastUpdatedAt}, as a read showed at ${when(history, known.event)}, ` +
        `and at ${read.event.lastUpdatedAt} in a read that was sent at ${second(read.inv.t)}`,
      [known.event.seq, read.inv.seq, read.event.seq],
    );
    return;
  }
}

/** Index of the last answer before `seq`; -1: there is none. Binary search. */
function lastBefore(reads: readonly { readonly event: { readonly seq: number } }[], seq: number): number {
  let low = 0;
  let high = reads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((reads[middle]?.event.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** ms since the epoch; null: no date, or none that can be read. */
type DateReader = (text: string | undefined) => number | null;

/** Most answers give the date that the one before gave, and to read one is the dearest thing about it. */
function createDateReader(): DateReader {
  let before: { readonly text: string | undefined; readonly ms: number | null } = { text: undefined, ms: null };
  return (text) => {
    if (text === before.text) return before.ms;
    const ms = text === undefined ? Number.NaN : Date.parse(text);
    before = { text, ms: Number.isNaN(ms) ? null : ms };
    return before.ms;
  };
}

function nameOf({ id, calls, owner }: TaskView): string {
  return `${calls.map((call) => `call ${call}`).join(', ')} (agent ${owner}): task ${id}`;
}
