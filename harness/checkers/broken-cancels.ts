import type { Checker, CheckerInput } from '../model/checker.ts';
import type { Exchange, HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import { createFindingList, type FindingList, judged, second, vacuous, when } from './finding-list.ts';
import { describeLate, lateEffect } from './late-effect.ts';
import { NO_CANCEL, NO_TASKS } from './situations/situation.ts';

/**
 * Three promises around a cancel. A task that a read had shown as ended before it was cancelled keeps that ending. A task
 * shown as cancelled never becomes anything else. And it has no effect after that. A cancel of running work is cooperative:
 * whatever it ends as is right. A read is compared with those that were sent after its answer; the answer to a cancel is no
 * read. Counts: tasks (that somebody cancelled), overruled, revived, lateEffects.
 */
export const brokenCancels: Checker = {
  meta: {
    id: 'broken-cancels',
    title: 'A cancel changes no ending, and cancelled stays cancelled',
    description:
      'Cancel and completion meet all the time. Whoever came first must have won, for everybody and for good.',
    invariants: ['S20'],
    requires: ['reads'],
    judges: 'server',
  },
  applicable({ target, calls }) {
    if (target.dialect === 'blocking') return NO_TASKS;
    if (!target.facts.cancel) return NO_CANCEL;
    return calls.some(({ cancelAfterMs }) => cancelAfterMs !== null) ? null : 'no call of this plan is cancelled';
  },
  check(input) {
    const { history } = input;
    const findings = createFindingList();
    const counts = { tasks: 0, overruled: 0, revived: 0, lateEffects: 0 };
    for (const [id, cancels] of cancelsByTask(history)) {
      const task = history.tasks.get(id);
      if (!task) continue;
      counts.tasks += 1;
      const reads = statusReads(input, task);
      if (findOverruled(findings, { history, task, reads }, cancels)) counts.overruled += 1;
      else if (findRevived(findings, { history, task, reads })) counts.revived += 1;
      if (findLate(findings, input, task)) counts.lateEffects += 1;
    }
    if (counts.tasks === 0) return vacuous('no cancel was sent in this run', counts);
    return judged(findings, counts);
  },
};

interface Case {
  readonly history: HistoryIndex;
  readonly task: TaskView;
  /** Reads that showed a status, by seq of their answers. */
  readonly reads: readonly Sighting[];
}

/** An ending that was there before the cancel, and another one after it. */
function findOverruled(findings: FindingList, { history, task, reads }: Case, cancels: readonly Exchange[]): boolean {
  const ended = reads.find(({ event }) => isTerminal(event.status));
  const cancel = cancels.find(({ inv }) => ended !== undefined && inv.seq > ended.event.seq);
  if (ended === undefined || cancel === undefined) return false;
  const { inv } = cancel;
  const changed = reads.find((read) => sentSeq(read) > inv.seq && read.event.status !== ended.event.status);
  if (changed === undefined) return false;
  findings.add(
    'S20',
    `${nameOf(task)} was shown as ${ended.event.status} at ${when(history, ended.event)}, was cancelled after that at ` +
      `${second(inv.t)}, and was shown as ${changed.event.status} at ${when(history, changed.event)}`,
    [ended.event.seq, inv.seq, changed.event.seq],
  );
  return true;
}

function findRevived(findings: FindingList, { history, task, reads }: Case): boolean {
  const cancelled = reads.find(({ event }) => event.status === 'cancelled');
  if (cancelled === undefined) return false;
  const other = reads.find((read) => sentSeq(read) > cancelled.event.seq && read.event.status !== 'cancelled');
  if (other === undefined) return false;
  findings.add(
    'S20',
    `${nameOf(task)} was shown as cancelled at ${when(history, cancelled.event)} and as ${other.event.status} at ` +
      `${when(history, other.event)}`,
    [cancelled.event.seq, other.event.seq],
  );
  return true;
}

function findLate(findings: FindingList, input: CheckerInput, task: TaskView): boolean {
  const call = task.calls.length === 1 ? input.history.call(task.calls[0] ?? 0) : undefined;
  const late = call === undefined ? null : lateEffect(input, call, task, 'cancelled');
  if (call === undefined || late === null || late === 'several') return false;
  const { shown, commit } = late;
  findings.add('S20', describeLate(input.history, call, late), [shown.event.seq, commit.seq]);
  return true;
}

function cancelsByTask({ exchanges }: HistoryIndex): ReadonlyMap<string, readonly Exchange[]> {
  const groups = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const { op, task } = exchange.inv;
    if (op !== 'cancel' || task === undefined) continue;
    const group = groups.get(task);
    if (group) group.push(exchange);
    else groups.set(task, [exchange]);
  }
  return groups;
}

function statusReads({ plan }: CheckerInput, task: TaskView): readonly Sighting[] {
  // tasks/result of 2025-11-25 carries a result and no status; what stands there was inferred.
  const operations = plan.target.dialect === 'tasks-2025-11-25' ? ['get'] : ['get', 'result'];
  return task.sightings.filter(
    ({ event, inv }) => inv !== undefined && operations.includes(inv.op) && event.status !== undefined,
  );
}

function sentSeq({ inv, event }: Sighting): number {
  return inv?.seq ?? event.seq;
}

function nameOf({ id, calls, owner }: TaskView): string {
  return `${calls.map((call) => `call ${call}`).join(', ')} (agent ${owner}): task ${id}`;
}
