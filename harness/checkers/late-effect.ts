import type { CheckerInput } from '../model/checker.ts';
import type { FxBody, Stamped } from '../model/event.ts';
import type { CallView, HistoryIndex, Sighting, TaskView } from '../model/history-index.ts';
import { isTerminal, type Status } from '../model/operation.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { when, who } from './finding-list.ts';

/** The first effect of a call, and the answer before it that had shown its task as ended. */
export interface LateEffect {
  readonly shown: Sighting;
  readonly commit: Stamped<FxBody>;
}

/**
 * An effect that came after its task was shown as ended (`as`: in this very status). null: there is none; 'several': the call
 * may have another task that nobody knows of, whose effect this could be.
 */
export function lateEffect(
  { plan, history }: CheckerInput,
  call: CallView,
  task: TaskView,
  as?: Status,
): LateEffect | 'several' | null {
  if (!standsAlone(call, task, history)) return 'several';
  const isCounted = plan.target.facts.effects === 'counts';
  const shown = task.sightings.filter(
    ({ event, inv }) =>
      inv?.op !== 'cancel' &&
      inv?.op !== 'create' &&
      isTerminal(event.status) &&
      (as === undefined || event.status === as) &&
      // Counts are taken now and then: an effect may be older than the count that shows it.
      (!isCounted || inv?.agent === 'auditor'),
  );
  const first = isCounted ? shown.at(-1) : shown[0];
  const [commit] = call.commits;
  if (!first || !commit || commit.seq < first.event.seq) return null;
  // A store that has forgotten the end has the work done again.
  if (wasStoreLost(plan, history, { from: first.event.seq, to: commit.seq })) return null;
  return { shown: first, commit };
}

export function describeLate(history: HistoryIndex, call: CallView, { shown, commit }: LateEffect): string {
  const began = call.begins.at(-1);
  return (
    `${who(call)} was shown as ${shown.event.status} at ${when(history, shown.event)}, and its effect was committed at ` +
    `${when(history, commit)}${began ? ` (the work began at ${when(history, began)})` : ''}`
  );
}

/** Sent once, delivered once, one task: whatever has its token is the work of this task. */
function standsAlone(call: CallView, task: TaskView, history: HistoryIndex): boolean {
  const [create] = call.creates;
  if (create === undefined || call.creates.length > 1 || call.tasks.length > 1 || task.calls.length > 1) return false;
  return !history.framesOf(create.inv).some(({ dir, action }) => dir === 'out' && action === 'dup');
}
