import { type Answer, hasResult, isSuccess } from '../model/answer.ts';
import type { Checker } from '../model/checker.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import { createFindingList, judged, vacuous, when, who } from './finding-list.ts';
import { NO_EFFECTS } from './situations/situation.ts';

/**
 * A call whose task ended as a success has had its effect. Where effects can only be counted, the last look at the ledger is
 * the evidence, so a run without final reads is unknown. Calls meant to fail are left out. Counts: successes, missing.
 */
export const missingEffects: Checker = {
  meta: {
    id: 'missing-effects',
    title: 'No success without the work',
    description: 'A server that reports a success for work that never happened is worse than one that fails.',
    invariants: ['S4'],
    requires: ['acks', 'effects', 'results'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.facts.effects === 'none' ? NO_EFFECTS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    let successes = 0;
    for (const call of history.calls) {
      if (call.planned.tool === 'failing') continue;
      const success = successOf(call, history);
      if (!success) continue;
      successes += 1;
      if (call.commits.length > 0) continue;
      const began = call.begins.at(-1);
      findings.add(
        'S4',
        `${who(call)} was shown as completed at ${when(history, success)}, but its effect was never committed` +
          `${began ? ` (the work began at ${when(history, began)})` : ' (the work never began)'}`,
        [...(began ? [began.seq] : []), success.seq],
      );
    }
    const counts = { successes, missing: findings.count };
    if (plan.target.facts.effects === 'counts' && history.auditSeq === null) {
      return {
        valid: 'unknown',
        reason: 'effects are counted at the end, and the run ended before',
        counts,
        findings: [],
      };
    }
    return successes === 0 ? vacuous('no call ended as a success', counts) : judged(findings, counts);
  },
};

/** The last sighting that says success and holds the result; undefined when any says that the tool failed. */
function successOf(call: CallView, history: HistoryIndex): Answer | undefined {
  let success: Answer | undefined;
  for (const { end } of call.acks) {
    if (hasFailed(end)) return undefined;
    if (isSuccess(end) && hasResult(end)) success = end;
  }
  for (const id of call.tasks) {
    const task = history.tasks.get(id);
    for (const { inv, event } of task?.sightings ?? []) {
      // An id that two calls were given says nothing about this one, unless the read was made for it.
      if (inv === undefined ? task?.calls.length !== 1 : inv.call !== call.planned.call) continue;
      if (hasFailed(event)) return undefined;
      if (isSuccess(event) && hasResult(event)) success = event;
    }
  }
  return success;
}

function hasFailed({ isError, status }: Answer): boolean {
  return isError === true || status === 'failed';
}
