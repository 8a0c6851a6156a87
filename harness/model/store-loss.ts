import type { HistoryIndex } from './history-index.ts';
import type { Plan } from './plan.ts';

/** seq of each death of a store that is run so that a death takes its newest writes along; none for all other stores. */
export function storeLosses(plan: Pick<Plan, 'target'>, history: Pick<HistoryIndex, 'notes'>): readonly number[] {
  const isFrail = plan.target.services?.some(({ uses, losesTail }) => uses.includes('store') && losesTail) ?? false;
  if (!isFrail) return [];
  return history.notes.filter(({ topic, data }) => topic === 'engine' && data?.phase === 'exit').map(({ seq }) => seq);
}

/**
 * Whether such a store died between two events: what was answered before may be forgotten after, and what was ended may run
 * again. That is what it promises, so nothing on its two sides is compared.
 */
export function wasStoreLost(
  plan: Pick<Plan, 'target'>,
  history: Pick<HistoryIndex, 'notes'>,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  return storeLosses(plan, history).some((seq) => seq > from && seq < to);
}
