import type { HistoryIndex } from './history-index.ts';
import type { Plan } from './plan.ts';

/**
 * Makes what several units derive from a history be derived once: the first that asks pays. A history is judged by one plan,
 * so asking with another derives anew. Nothing is kept longer than the history itself.
 */
export function derivedOnce<Value>(
  derive: (plan: Plan, history: HistoryIndex) => Value,
): (plan: Plan, history: HistoryIndex) => Value {
  const known = new WeakMap<HistoryIndex, { readonly plan: Plan; readonly value: Value }>();
  return (plan, history) => {
    const found = known.get(history);
    if (found?.plan === plan) return found.value;
    const value = derive(plan, history);
    known.set(history, { plan, value });
    return value;
  };
}
