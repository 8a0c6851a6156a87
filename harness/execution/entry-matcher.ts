import type { MessageView } from '../model/fault.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';

/** Which planned entries aim at a message. */
export interface EntryMatcher {
  fitting(message: MessageView): readonly PlannedFault[];
  /** A single-message entry has had its message. */
  spend(entry: string): void;
  unspend(entry: string): void;
  isSpent(entry: string): boolean;
}

const NONE: readonly PlannedFault[] = [];

/**
 * Single-message entries fit once: the first message of their operation and call with at least the planned attempt, since an
 * earlier one may never have been sent. `messages` entries draw for each message.
 */
export function createEntryMatcher(options: {
  readonly plan: Plan;
  readonly nowMs: () => number;
  readonly drawFor: (entry: string, message: MessageView) => Prng;
}): EntryMatcher {
  const single = new Map<string, PlannedFault[]>();
  const every: PlannedFault[] = [];
  const spent = new Set<string>();
  for (const entry of options.plan.faults) {
    const { trigger } = entry;
    if (trigger.kind === 'messages') every.push(entry);
    if (trigger.kind !== 'message') continue;
    const place = `${trigger.direction}|${trigger.op}|${trigger.call}`;
    single.set(place, [...(single.get(place) ?? []), entry]);
  }
  const aimedAt = (message: MessageView) =>
    single.size === 0
      ? NONE
      : (single.get(`${message.direction}|${message.op}|${message.call}`) ?? []).filter(
          ({ entry, trigger }) => trigger.kind === 'message' && !spent.has(entry) && message.attempt >= trigger.attempt,
        );
  const drawn = (message: MessageView) => {
    if (every.length === 0) return NONE;
    const nowMs = options.nowMs();
    return every.filter(
      (entry) => fits(entry, message, nowMs) && options.drawFor(entry.entry, message).chance(probabilityOf(entry)),
    );
  };
  return {
    fitting(message) {
      if (message.op === null) return NONE;
      const aimed = aimedAt(message);
      const others = drawn(message);
      return aimed.length === 0 ? others : [...aimed, ...others];
    },
    spend: (entry) => {
      spent.add(entry);
    },
    unspend: (entry) => {
      spent.delete(entry);
    },
    isSpent: (entry) => spent.has(entry),
  };
}

function fits({ trigger }: PlannedFault, message: MessageView, nowMs: number): boolean {
  if (trigger.kind !== 'messages') return false;
  if (trigger.direction !== 'both' && trigger.direction !== message.direction) return false;
  if (trigger.op !== undefined && trigger.op !== message.op) return false;
  return nowMs >= (trigger.fromMs ?? 0) && nowMs <= (trigger.untilMs ?? Number.POSITIVE_INFINITY);
}

function probabilityOf({ trigger }: PlannedFault): number {
  return trigger.kind === 'messages' ? trigger.probability : 0;
}
