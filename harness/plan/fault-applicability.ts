import type { Fault } from '../model/fault.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';
import type { ScenarioFault } from './scenario-schema.ts';

const NO_KEY = 'the work tool takes no idempotency key, so a call that is sent twice is two calls';
const NO_ORDER = 'the effects of this target cannot be observed as they happen, so nothing can strike right after one';
const NO_READS = 'this dialect answers with the result itself: there is no read to aim at';
const NO_BLOCKING_READ = 'only tasks-2025-11-25 fetches results with a request of its own';
const NO_CANCEL = 'this target has no way to cancel';
const NO_QUESTIONS = 'this target asks for nothing while it works';
const NO_WAITING = 'this dialect answers with the result itself: no task is seen waiting for input';
const NO_WORKERS = 'no process of this target does nothing but work';
const NO_ACKNOWLEDGEMENT = 'an answer on the stream of the call or of tasks/result is not acknowledged';

/**
 * A scenario's entry as this target allows it (a trigger it cannot show is replaced by the nearest one it can), or the
 * reason why it cannot happen here at all.
 */
export function impossible(
  unit: Fault,
  entry: ScenarioFault,
  { target, time }: Pick<Plan, 'target' | 'time'>,
): { readonly reason: string } | { readonly reason: null; readonly entry: ScenarioFault } {
  const options = { ...unit.meta.options, ...entry.options };
  const reason =
    unit.applicable(target, time, options) ??
    lackingWorker(unit, entry, target) ??
    lackingKey(unit, entry, target) ??
    lackingQuestion(entry, target) ??
    lackingOperation(entry, target);
  if (reason !== null) return { reason };
  if (entry.on === undefined) return { reason: null, entry };
  const on = shownEvent(entry.on, target);
  return on === null ? { reason: NO_ORDER } : { reason: null, entry: { ...entry, on } };
}

/** What of several processes an entry strikes. */
export function strikesOf({ meta }: Fault, { strikes = 'server' }: ScenarioFault): 'server' | 'worker' | 'all' {
  return meta.strikes ?? strikes;
}

function lackingWorker(unit: Fault, entry: ScenarioFault, { processes }: PlannedTarget): string | null {
  return strikesOf(unit, entry) === 'worker' && (processes?.workers ?? 0) === 0 ? NO_WORKERS : null;
}

function lackingKey(unit: Fault, entry: ScenarioFault, { facts }: PlannedTarget): string | null {
  if (facts.key) return null;
  const options = { ...unit.meta.options, ...entry.options };
  const needsKey =
    (unit.meta.id === 'F8' && options.form === 'probe') || (unit.meta.id === 'F9' && options.key !== 'none');
  return needsKey ? NO_KEY : null;
}

function lackingOperation({ op }: ScenarioFault, { dialect, facts }: PlannedTarget): string | null {
  if (op === undefined || op === 'create' || op === 'update') return null;
  if (dialect === 'blocking') return NO_READS;
  if (op === 'result' && dialect !== 'tasks-2025-11-25') return NO_BLOCKING_READ;
  return op === 'cancel' && !facts.cancel ? NO_CANCEL : null;
}

/** Answers, and tasks that wait for them, are there only where something asks. */
function lackingQuestion(
  { on, op, direction, fault }: ScenarioFault,
  { dialect, facts }: PlannedTarget,
): string | null {
  if (op !== 'update' && on !== 'input-required-seen') return null;
  if (!facts.asking) return NO_QUESTIONS;
  if (on === 'input-required-seen' && dialect === 'blocking') return NO_WAITING;
  const isOfReply = direction === 'reply' || fault === 'F5';
  const isOnStream = dialect === 'blocking' || dialect === 'tasks-2025-11-25';
  return op === 'update' && isOfReply && isOnStream ? NO_ACKNOWLEDGEMENT : null;
}

/** The event that stands for `on` on this target; null: there is none. */
function shownEvent(
  on: NonNullable<ScenarioFault['on']>,
  { dialect, facts }: PlannedTarget,
): NonNullable<ScenarioFault['on']> | null {
  const isOrdered = facts.effects === 'ordered';
  const isBlocking = dialect === 'blocking';
  switch (on) {
    case 'commit':
      return isOrdered ? on : null;
    case 'begin':
      if (isOrdered) return on;
      return isBlocking ? 'create-sent' : 'acked';
    // A blocking server says nothing before it is done; by then there is no work left to interrupt.
    case 'acked':
      if (!isBlocking) return on;
      return isOrdered ? 'begin' : 'create-sent';
    default:
      return on;
  }
}
