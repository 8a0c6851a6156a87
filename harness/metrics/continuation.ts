import { nsOf } from '../model/clock.ts';
import { derivedOnce } from '../model/derivation.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import { bindsRight } from './binding.ts';

export const CONTINUATION_OUTCOMES = ['misrouted', 'duplicated', 'lost', 'late', 'once-correct'] as const;
export type ContinuationOutcome = (typeof CONTINUATION_OUTCOMES)[number];

/** How long after the work it was planned to do first an agent may take to go on; more than a busy machine ever showed. */
export const CONTINUATION_SLACK_MS = 1000;

/**
 * What became of the step that follows a call, for every call whose result its agent knew. The first that holds:
 * misrouted (made of a result of another call), duplicated, lost (never made), late (more than the planned work plus
 * 1 s after the result was known), once-correct.
 */
export const continuationOutcomes = derivedOnce((history): ReadonlyMap<number, ContinuationOutcome> => {
  const outcomes = new Map<number, ContinuationOutcome>();
  for (const call of history.calls) {
    const outcome = outcomeOf(history, call);
    if (outcome !== null) outcomes.set(call.planned.call, outcome);
  }
  return outcomes;
});

/** How many calls ended in this outcome; null: no agent knew any result. */
export function countOutcome(history: HistoryIndex, wanted: ContinuationOutcome): number | null {
  const outcomes = [...continuationOutcomes(history).values()];
  return outcomes.length === 0 ? null : outcomes.filter((outcome) => outcome === wanted).length;
}

function outcomeOf(history: HistoryIndex, call: CallView): ContinuationOutcome | null {
  const known = call.knows[0];
  if (known === undefined) return null;
  const first = call.uses[0];
  const dueT = known.t + nsOf(call.planned.busyMs + CONTINUATION_SLACK_MS);
  if (first === undefined) return history.interrupted && history.endT < dueT ? null : 'lost';
  const foreign = call.uses.some((use) => use.inputs.some((task) => !ownsInput(call, task)));
  if (foreign || call.binds.some((bind) => !bindsRight(history, bind))) return 'misrouted';
  if (call.uses.length > 1) return 'duplicated';
  return first.t > dueT ? 'late' : 'once-correct';
}

/** A blocking call has no task id of its own, so what its agent bound stands for it. */
function ownsInput(call: CallView, task: string): boolean {
  return call.tasks.length === 0 || call.tasks.includes(task);
}
