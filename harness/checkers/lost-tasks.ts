import { denial } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { Stamped, UnsureBody } from '../model/event.ts';
import type { Exchange, HistoryIndex, TaskView } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { wasRestarted } from '../model/restart.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { createFindingList, judged, second, vacuous, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

type Denied = Exchange & { readonly end: Stamped<UnsureBody> };

/**
 * A task whose receipt is out must be found until its ttl has passed: S1 before the first read that found it, S2 after.
 * A session that died, or a read that nobody answered, is not a denial. Counts: tasks, reads, lost (tasks denied), skipped
 * (denials after a restart, where the target promises nothing over one; its own crash is none; or after the death of a store
 * that keeps no log), expired, sessionEnded.
 * Source: SEP-2663, "MUST NOT return CreateTaskResult until the task is durably created".
 */
export const lostTasks: Checker = {
  meta: {
    id: 'lost-tasks',
    title: 'Tasks with a receipt can be found until they expire',
    description:
      'A client that holds a receipt has no other way to its result; a server that forgets it has lost the work.',
    invariants: ['S1', 'S2'],
    requires: ['acks', 'reads'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const counts = { tasks: 0, reads: history.folded?.reads ?? 0, lost: 0, skipped: 0, expired: 0, sessionEnded: 0 };
    let judgedCount = 0;
    for (const task of history.tasks.values()) {
      if (task.acks.length === 0) continue;
      counts.tasks += 1;
      const denied: Denied[] = [];
      for (const read of task.reads) {
        if (read.end === null) continue;
        counts.reads += 1;
        const kind = denial(plan, history, task, read);
        if (kind === 'expired') counts.expired += 1;
        if (kind === 'session-ended') counts.sessionEnded += 1;
        if (kind === 'none' && read.end.kind === 'ok') judgedCount += 1;
        if (kind !== 'promised' || read.end.kind === 'ok') continue;
        if (isBeyondPromise(plan, history, task, read)) counts.skipped += 1;
        else denied.push({ inv: read.inv, end: read.end });
      }
      const [first] = denied;
      if (!first) continue;
      counts.lost += 1;
      const { invariant, message, events } = describe(history, task, first, denied.length);
      findings.add(invariant, message, events);
    }
    if (judgedCount === 0 && findings.count === 0 && counts.skipped > 0) {
      return vacuous(
        plan.target.facts.durable
          ? 'this store does not promise to keep its newest writes when it dies, and every read came after a death'
          : 'this target does not promise to keep tasks over a restart, and every read came after one',
        counts,
      );
    }
    return judged(findings, counts);
  },
};

function isBeyondPromise(plan: Plan, history: HistoryIndex, task: TaskView, read: Exchange): boolean {
  const [ack] = task.acks;
  if (!ack) return false;
  // From the request: a receipt may still be on its way when the next boot is there already; and up to the answer, since a
  // read may wait in the server for its store to come back.
  if (wasStoreLost(plan, history, { from: ack.inv.seq, to: read.end?.seq ?? read.inv.seq })) return true;
  if (plan.target.facts.durable) return false;
  return wasRestarted(history, ack.inv.seq, read.inv.seq);
}

function describe(history: HistoryIndex, task: TaskView, first: Denied, denials: number) {
  const [ack] = task.acks;
  const found = task.reads.find(({ end }) => end?.kind === 'ok' && end.seq < first.inv.seq);
  const calls = task.calls.map((call) => `call ${call}`).join(', ');
  const again = denials > 1 ? ` (${denials} reads)` : '';
  const message =
    `${calls} (agent ${task.owner}): task ${task.id} was acked at ${ack ? when(history, ack.end) : 'an unknown time'}` +
    `${found?.end ? `, was found at ${second(found.end.t)}` : ', was never found by a read'}` +
    ` and was denied at ${when(history, first.end)}${again}`;
  const events = [ack?.end.seq, found?.end?.seq, first.inv.seq, first.end.seq].filter((seq) => seq !== undefined);
  return { invariant: found ? 'S2' : 'S1', message, events };
}
