import type { HistoryIndex } from '../../model/history-index.ts';
import type { Plan, PlannedTarget } from '../../model/plan.ts';
import type { Meta } from '../../model/registry.ts';

/** Something that should happen sometimes: a scenario that must reach it and did not has proved nothing. */
export interface Situation {
  readonly meta: Meta;
  /** Why this target cannot get there at all; null: it can. Asked when the plan is compiled. */
  applicable(target: PlannedTarget): string | null;
  /** seq of each event that reached it, in any order; empty: never. */
  find(input: { readonly plan: Plan; readonly history: HistoryIndex }): readonly number[];
}

export const NO_PROCESS = 'the harness did not start this server, so it cannot stop or kill it';
export const NO_TASKS = 'this dialect answers with the result itself: there is no task between receipt and result';
export const NO_EFFECTS = 'the effects of this target cannot be observed';
export const NO_ORDER = 'the effects of this target can be counted, not ordered';
export const NO_KEY = 'the work tool takes no idempotency key';
export const ONE_PRINCIPAL = 'all agents are one principal here, so nothing is anybody’s alone';
export const NO_CANCEL = 'this target has no way to cancel';

export function withProcess(target: PlannedTarget): string | null {
  return target.facts.process ? null : NO_PROCESS;
}

export function withTasks(target: PlannedTarget): string | null {
  return target.dialect === 'blocking' ? NO_TASKS : null;
}

export function withOrderedEffects(target: PlannedTarget): string | null {
  if (target.facts.effects === 'none') return NO_EFFECTS;
  return target.facts.effects === 'counts' ? NO_ORDER : null;
}
