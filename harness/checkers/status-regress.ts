import type { Checker } from '../model/checker.ts';
import type { HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { createFindingList, judged, second, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

/**
 * A status never goes back: once a read has shown a terminal status, no read that was sent later shows working or
 * input_required. Reads that overlap in time may differ, and notifications may come late, so neither is compared. Counts:
 * tasks, reads (compared), regressed (tasks).
 */
export const statusRegress: Checker = {
  meta: {
    id: 'status-regress',
    title: 'A task that has ended is never shown as running again',
    description: 'A stale replica or a rolled-back store makes a client wait for something that has long happened.',
    invariants: ['S10'],
    requires: ['reads'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const counts = { tasks: 0, reads: history.folded?.reads ?? 0, regressed: 0 };
    for (const task of history.tasks.values()) {
      const reads = task.sightings.filter(({ inv }) => inv?.op === 'get' || inv?.op === 'result');
      counts.tasks += reads.length === 0 ? 0 : 1;
      counts.reads += reads.length;
      const found = regress(reads, (from, to) => wasStoreLost(plan, history, { from, to }));
      if (!found) continue;
      counts.regressed += 1;
      findings.add('S10', describe(task, found, history), [
        found.terminal.event.seq,
        found.later.inv?.seq ?? found.later.event.seq,
        found.later.event.seq,
      ]);
    }
    return judged(findings, counts);
  },
};

interface Regress {
  readonly terminal: Sighting;
  readonly later: Sighting;
}

/** One pass: sightings come in the order of their answers, so the first terminal one is the earliest to compare with. */
function regress(reads: readonly Sighting[], isForgotten: (fromSeq: number, toSeq: number) => boolean): Regress | null {
  const terminal = reads.find(({ event }) => isTerminal(event.status));
  if (!terminal) return null;
  const later = reads.find(
    ({ event, inv }) =>
      event.status !== undefined &&
      !isTerminal(event.status) &&
      inv !== undefined &&
      inv.seq > terminal.event.seq &&
      !isForgotten(terminal.event.seq, event.seq),
  );
  return later ? { terminal, later } : null;
}

function describe(task: TaskView, { terminal, later }: Regress, history: HistoryIndex): string {
  const calls = task.calls.map((call) => `call ${call}`).join(', ');
  return (
    `${calls} (agent ${task.owner}): task ${task.id} was ${terminal.event.status} at ${when(history, terminal.event)} and ` +
    `${later.event.status} again at ${when(history, later.event)}, in a read sent at ${second(later.inv?.t ?? 0)}`
  );
}
