import type { Checker, CheckerResult } from '../model/checker.ts';
import { countFates, fatesOf } from '../model/fates.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { createFindingList, type FindingList, judged, second } from './finding-list.ts';

const ID = 'conservation';

/**
 * The books balance: fates sum to calls, every request ends at most once and, in a run that ended by itself, at all; every
 * acked task was read at the end; time and sequence only grow; nobody knows a result of a task that was not theirs. A
 * violation is the harness's own fault, never the server's. Counts: calls, fates, requests, ends, tasks.
 */
export const conservation: Checker = {
  meta: {
    id: ID,
    title: 'The books balance',
    description: 'A verdict is worth what its bookkeeping is worth; this one judges the harness.',
    invariants: [ID],
    requires: [],
    judges: 'harness',
  },
  applicable: () => null,
  check({ plan, history }) {
    const findings = createFindingList();
    const fates = Object.values(countFates(fatesOf(plan, history))).reduce((sum, count) => sum + count, 0);
    if (fates !== plan.calls.length) findings.add(ID, `${fates} fates for ${plan.calls.length} calls`, []);
    checkOrder(history, findings);
    checkRequests(history, findings);
    checkAgents(plan, history, findings);
    checkFinalReads(history, findings);
    const letGo = history.folded?.reads ?? 0;
    return withoutLost(
      plan,
      judged(findings, {
        calls: plan.calls.length,
        fates,
        requests: history.exchanges.length + letGo,
        ends: history.exchanges.filter(({ end }) => end !== null).length + letGo,
        tasks: [...history.tasks.values()].filter(({ acks }) => acks.length > 0).length,
        ...notRun(plan),
      }),
    );
  },
};

/** Calls that were planned and not run; none where nobody was lost. */
function notRun({ load }: Plan): { readonly notRun?: number } {
  const lost = load.notRun ?? [];
  return lost.length === 0 ? {} : { notRun: lost.reduce((sum, { calls }) => sum + calls, 0) };
}

/** Part of the load was not made: whatever the rest shows, nobody knows what all of it would have shown. */
function withoutLost({ load }: Plan, result: CheckerResult): CheckerResult {
  if (result.valid !== true || load.notRun === undefined) return result;
  const named = load.notRun.map(
    ({ generator, calls, why }) => `${calls} calls of ${generator}, which was lost: ${why}`,
  );
  return { ...result, valid: 'unknown', reason: `not run: ${named.join('; ')}` };
}

function checkOrder(history: HistoryIndex, findings: FindingList): void {
  for (const { before, event } of history.disorder) {
    if (event.seq !== before.seq + 1) {
      findings.add(ID, `expected event ${before.seq + 1} after ${before.seq}, got ${event.seq}`, [event.seq]);
    }
    if (event.t < before.t) {
      findings.add(ID, `time went back from ${second(before.t)} to ${second(event.t)}`, [before.seq, event.seq]);
    }
  }
}

function checkRequests(history: HistoryIndex, findings: FindingList): void {
  for (const stray of history.strays) {
    findings.add(ID, `an end at ${second(stray.t)} belongs to no open request (of ${stray.of})`, [stray.seq]);
  }
  if (history.interrupted) return;
  for (const { inv, end } of history.exchanges) {
    if (end !== null) continue;
    findings.add(ID, `${inv.op} of call ${inv.call}, sent at ${second(inv.t)}, never ended although the run did`, [
      inv.seq,
    ]);
  }
}

function checkAgents(plan: Plan, history: HistoryIndex, findings: FindingList): void {
  const agents = new Map(plan.calls.map(({ call, agent }) => [call, agent]));
  for (const { inv } of history.exchanges) {
    // Who is after the task of another agent speaks for itself alone.
    if (inv.trespass === true) continue;
    const agent = agents.get(inv.call);
    const reader = inv.agent === 'auditor' ? inv.as : inv.agent;
    if (agent === undefined)
      findings.add(ID, `${inv.op} for call ${inv.call}, which the plan does not have`, [inv.seq]);
    else if (reader !== agent) {
      findings.add(ID, `${inv.op} of call ${inv.call} was sent as agent ${reader}, planned is agent ${agent}`, [
        inv.seq,
      ]);
    }
  }
  for (const call of history.calls) {
    for (const know of call.knows) {
      // Blocking answers are known without a task; their `task` is empty.
      if (know.task === '' || call.tasks.includes(know.task)) continue;
      if (call.acks.some(({ end }) => end.task === undefined)) continue;
      findings.add(ID, `call ${know.call} knows the result of task ${know.task}, which it was never given`, [know.seq]);
    }
  }
}

/** The final read of an invariant is only there when every acked task was read as its owner. */
function checkFinalReads(history: HistoryIndex, findings: FindingList): void {
  if (history.interrupted || history.auditSeq === null) return;
  for (const task of history.tasks.values()) {
    const [ack] = task.acks;
    if (!ack || task.finalReads.length > 0) continue;
    findings.add(ID, `task ${task.id} was acked at ${second(ack.end.t)} and has no final read`, [ack.end.seq]);
  }
}
