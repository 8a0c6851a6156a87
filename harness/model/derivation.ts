import type { HistoryIndex } from './history-index.ts';

/** What was derived from a history, by the function that derived it; each hands its value to whoever made it. */
export type Derivations = Map<unknown, () => void>;

/**
 * Makes what several units derive from a history be derived once: the first that asks pays. The value lies with the history
 * and goes with it. (In a WeakMap it would survive every minor collection, and a search judges hundreds of histories a second.)
 */
export function derivedOnce<Value>(derive: (history: HistoryIndex) => Value): (history: HistoryIndex) => Value {
  let handed: { readonly value: Value } | null = null;
  return (history) => {
    const handOver = history.derivations.get(derive);
    if (handOver === undefined) {
      const value = derive(history);
      history.derivations.set(derive, () => {
        handed = { value };
      });
      return value;
    }
    handOver();
    return takeFrom();
  };

  function takeFrom(): Value {
    if (handed === null) throw new Error('expected a derivation to hand its value over');
    const { value } = handed;
    handed = null;
    return value;
  }
}
