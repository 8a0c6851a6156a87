import { answersOf, denial, settleDeadlineT } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { Acked, HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import { wasRestarted } from '../model/restart.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { createFindingList, judged, second, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

type Settling =
  | { readonly kind: 'settled' | 'seen-late' | 'unproven' | 'excused' }
  | { readonly kind: 'unsettled'; readonly deadlineT: number; readonly proof: Sighting };

/**
 * Every acked task settles within the SLA, counted from its receipt or, if later, from the last heal. The proof of a violation
 * is a read sent after that which still shows the task running; a terminal status first read later than that proves nothing
 * (a warning). Tasks that were denied are S1 and S2; tasks that expired first, that a restart ended where nothing is
 * promised, or that wait for an answer their agent still owes, are excused. Where the agent answered, the time counts from
 * the answer. Unknown when a task was neither seen settled nor looked at after its time. Counts: tasks, settled,
 * unsettled, seenLate, unproven, excused.
 */
export const unsettledTasks: Checker = {
  meta: {
    id: 'unsettled-tasks',
    title: 'Every task with a receipt settles in time',
    description: 'Work that nobody finishes and nobody fails leaves its agent waiting for ever.',
    invariants: ['L1'],
    requires: ['acks', 'reads'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const warnings = createFindingList();
    const counts = { tasks: 0, settled: 0, unsettled: 0, seenLate: 0, unproven: 0, excused: 0 };
    const answers = answersOf(history);
    for (const task of history.tasks.values()) {
      const [ack] = task.acks;
      if (!ack) continue;
      counts.tasks += 1;
      const settling = settlingOf(plan, history, task, answers.get(task.id) ?? []);
      if (settling.kind === 'settled') counts.settled += 1;
      if (settling.kind === 'unproven') counts.unproven += 1;
      if (settling.kind === 'excused') counts.excused += 1;
      const calls = task.calls.map((call) => `call ${call}`).join(', ');
      const what = `${calls} (agent ${task.owner}): task ${task.id}`;
      if (settling.kind === 'seen-late' && task.settled) {
        counts.seenLate += 1;
        const { event } = task.settled;
        warnings.add('L1', `${what} was first read as ${event.status} at ${when(history, event)}, after its time`, [
          event.seq,
        ]);
      }
      if (settling.kind !== 'unsettled') continue;
      counts.unsettled += 1;
      const { event } = settling.proof;
      findings.add(
        'L1',
        `${what} was acked at ${when(history, ack.end)}, had until ${second(settling.deadlineT)} to settle and was still ` +
          `${event.status} at ${when(history, event)}`,
        [ack.end.seq, event.seq],
      );
    }
    const result = judged(findings, counts, warnings);
    if (findings.count > 0 || counts.unproven === 0) return result;
    const tasks = counts.unproven === 1 ? '1 task was' : `${counts.unproven} tasks were`;
    return {
      ...result,
      valid: 'unknown',
      reason: `${tasks} neither seen settled nor looked at after the time allowed`,
    };
  },
};

function settlingOf(plan: Plan, history: HistoryIndex, task: TaskView, answers: readonly Acked[]): Settling {
  const [ack] = task.acks;
  const deadlineT = settleDeadlineT(plan, history, Math.max(ack?.end.t ?? 0, answers.at(-1)?.end.t ?? 0));
  if (task.settled && task.settled.event.t <= deadlineT) return { kind: 'settled' };
  if (isExcused(plan, history, task, deadlineT)) return { kind: 'excused' };
  const proof = task.sightings.find(
    ({ inv, event }) =>
      (inv?.op === 'get' || inv?.op === 'result') &&
      inv.t > deadlineT &&
      event.status !== undefined &&
      !isTerminal(event.status),
  );
  if (proof && isOwedAnAnswer(plan, task, proof, answers)) return { kind: 'excused' };
  if (proof) return { kind: 'unsettled', deadlineT, proof };
  return { kind: task.settled ? 'seen-late' : 'unproven' };
}

/** It waits for input and its agent has not done its part: answered each key, or opened the fetch on which it is asked. */
function isOwedAnAnswer(plan: Plan, task: TaskView, { event }: Sighting, answers: readonly Acked[]): boolean {
  if (event.status !== 'input_required') return false;
  if (plan.target.dialect !== 'tasks-2025-11-25') {
    const answered = new Set(answers.flatMap(({ inv }) => inv.inputs ?? []));
    return event.inputs === undefined || event.inputs.some((key) => !answered.has(key));
  }
  const asked = task.sightings.find((sighting) => sighting.event.status === 'input_required');
  const isOpened = task.reads.some(({ inv }) => inv.op === 'result' && inv.seq > (asked?.event.seq ?? 0));
  return !isOpened;
}

function isExcused(plan: Plan, history: HistoryIndex, task: TaskView, deadlineT: number): boolean {
  if (task.expiresT <= deadlineT) return true;
  if (task.reads.some((read) => !['none', 'before-receipt'].includes(denial(plan, history, task, read)))) return true;
  const [from, to] = [task.acks[0]?.inv.seq ?? 0, history.events.length - 1];
  if (wasStoreLost(plan, history, { from, to })) return true;
  return !plan.target.facts.durable && wasRestarted(history, from, to);
}
