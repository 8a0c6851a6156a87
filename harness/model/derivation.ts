import type { HistoryIndex } from './history-index.ts';

/** Makes what several units derive from a history be derived once: the first that asks pays. Nothing outlives the history. */
export function derivedOnce<Value>(derive: (history: HistoryIndex) => Value): (history: HistoryIndex) => Value {
  const known = new WeakMap<HistoryIndex, { readonly value: Value }>();
  return (history) => {
    const found = known.get(history) ?? { value: derive(history) };
    known.set(history, found);
    return found.value;
  };
}
