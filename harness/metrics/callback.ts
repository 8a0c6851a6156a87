import type { EventOf } from '../model/event.ts';
import type { CallView, HistoryIndex, TaskView } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';

type Delivery = EventOf<'push'> & { readonly delivery: string };

/** A task that ended while its agent was waiting to be called back, and what came. */
export interface AwaitedEnd {
  readonly call: CallView;
  readonly task: TaskView;
  /** The first delivery that told the end; null: none came in the whole run. */
  readonly told: Delivery | null;
}

/**
 * Everything that arrived under a delivery id. null: there was no place for callbacks in this run, or a server that is not
 * ours never used it and may know nothing of callbacks.
 */
export function deliveriesOf(plan: Plan, history: HistoryIndex): readonly Delivery[] | null {
  if (!history.notes.some(({ topic }) => topic === 'callbacks')) return null;
  const deliveries = history.pushes.filter(isDelivery);
  return deliveries.length === 0 && plan.target.kind !== 'reference' ? null : deliveries;
}

/**
 * The tasks that ended before their agents gave up waiting to be called back. null: there is none, or nobody could be called.
 * An interrupted run says nothing of callbacks that might still have come, so it leaves those tasks out.
 */
export function awaitedEnds(plan: Plan, history: HistoryIndex): readonly AwaitedEnd[] | null {
  if (deliveriesOf(plan, history) === null) return null;
  const ends = history.calls.flatMap((call) => {
    const end = awaitedEnd(history, call);
    return end === null || (end.told === null && history.interrupted) ? [] : [end];
  });
  return ends.length === 0 ? null : ends;
}

/** Tells an end, as opposed to a state on the way. */
export function tellsEnd({ status }: Delivery): boolean {
  return isTerminal(status);
}

function awaitedEnd(history: HistoryIndex, call: CallView): AwaitedEnd | null {
  const [held = ''] = call.tasks;
  const task = history.tasks.get(held);
  const settled = task?.settled?.event;
  if (call.planned.policy !== 'callback' || task === undefined || settled === undefined) return null;
  if (call.quits.some(({ t }) => t < settled.t)) return null;
  const pushes = task.sightings.flatMap(({ event }) => (event.kind === 'push' ? [event] : []));
  return { call, task, told: pushes.filter(isDelivery).find(tellsEnd) ?? null };
}

function isDelivery(push: EventOf<'push'>): push is Delivery {
  return push.delivery !== undefined;
}
