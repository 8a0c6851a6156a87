import { canonicalJson } from '../model/canonical.ts';
import type { Checker } from '../model/checker.ts';
import type { Observation } from '../model/event.ts';
import type { HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { createFindingList, type FindingList, judged, quoted, when } from './finding-list.ts';
import { NO_TASKS } from './situations/situation.ts';

const INTERNAL_ERROR = -32603;

/**
 * A task that was shown as terminal keeps its status and its outcome for ever, over restarts too. Reads and notifications
 * count; the answer to a cancel is a promise, not a sighting. Results are compared in canonical JSON without `_meta`, errors
 * by code and message, internal errors of tasks/result left out. Counts: tasks (terminal ones), sightings, changed (tasks).
 */
export const changedTerminal: Checker = {
  meta: {
    id: 'changed-terminal',
    title: 'A terminal status and its result never change',
    description: 'Agents act on the first terminal answer they see; one that changes later was acted on wrongly.',
    invariants: ['S9'],
    requires: ['terminal-reads'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.dialect === 'blocking' ? NO_TASKS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const counts = { tasks: 0, sightings: 0, changed: 0 };
    // tasks/result of 2025-11-25 carries a result and no status; what stands there was inferred.
    const isOld = plan.target.dialect === 'tasks-2025-11-25';
    // Nor does it tell the task's own error from trouble of the server that was asked for it, which has this code, nor from
    // the word that the task is gone, once its time has passed.
    const isOutcome = ({ inv, event }: Sighting, { expiresT }: TaskView) =>
      !(isOld && inv?.op === 'result' && (event.error?.code === INTERNAL_ERROR || event.t >= expiresT));
    const statusOps = isOld ? ['get'] : ['get', 'result'];
    for (const task of history.tasks.values()) {
      const seen = task.sightings.filter(({ event, inv }) => isTerminal(event.status) && isSighting(inv?.op));
      if (seen.length === 0) continue;
      counts.tasks += 1;
      counts.sightings += seen.length;
      const before = findings.count;
      const isForgotten: Parameters<typeof compare>[3]['isForgotten'] = (from, to) =>
        wasStoreLost(plan, history, { from: from.seq, to: to.seq });
      compare(task, history, findings, {
        isForgotten,
        seen: seen.filter(({ inv }) => inv === undefined || statusOps.includes(inv.op)),
        valueOf: (event) => event.status,
        what: 'status',
      });
      compare(task, history, findings, {
        isForgotten,
        seen,
        valueOf: resultOf,
        canonical: canonicalResultOf,
        what: 'result',
      });
      compare(task, history, findings, {
        isForgotten,
        seen: seen.filter((one) => isOutcome(one, task)),
        valueOf: errorOf,
        what: 'error',
      });
      if (findings.count > before) counts.changed += 1;
    }
    return judged(findings, counts);
  },
};

/** Reports the first sighting that differs from the first one; the later ones say nothing new. */
function compare(
  task: TaskView,
  history: HistoryIndex,
  findings: FindingList,
  options: {
    readonly seen: readonly Sighting[];
    readonly valueOf: (event: Observation) => string | undefined;
    /** Asked where two values differ, which may be no more than the order of keys. */
    readonly canonical?: (event: Observation) => string | undefined;
    readonly what: string;
    /** What was shown before such a loss is forgotten. */
    readonly isForgotten: (from: Sighting['event'], to: Sighting['event']) => boolean;
  },
): void {
  const canonical = options.canonical ?? options.valueOf;
  let first: { readonly value: string; readonly event: Sighting['event'] } | null = null;
  for (const { event } of options.seen) {
    const value = options.valueOf(event);
    if (value === undefined) continue;
    if (first === null || options.isForgotten(first.event, event)) first = { value, event };
    if (value === first.value) continue;
    const [was, is] = [canonical(first.event), canonical(event)];
    if (was === is) continue;
    const calls = task.calls.map((call) => `call ${call}`).join(', ');
    findings.add(
      'S9',
      `${calls} (agent ${task.owner}): the ${options.what} of task ${task.id} was ${quoted(was)} at ` +
        `${when(history, first.event)} and ${quoted(is)} at ${when(history, event)}`,
      [first.event.seq, event.seq],
    );
    return;
  }
}

function isSighting(op: string | undefined): boolean {
  return op === undefined || op === 'get' || op === 'result';
}

function resultOf(seen: Observation): string | undefined {
  return seen.result === undefined ? seen.resultSha : JSON.stringify(withoutMeta(seen.result));
}

function canonicalResultOf(seen: Observation): string | undefined {
  return seen.result === undefined ? seen.resultSha : canonicalJson(withoutMeta(seen.result));
}

function withoutMeta(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('_meta' in result)) return result;
  const { _meta, ...rest } = result;
  return rest;
}

function errorOf({ error }: Observation): string | undefined {
  return error === undefined ? undefined : `${error.code} ${error.message}`;
}
