/**
 * Those who wait for the end of a signal, behind one listener each signal. A signal looks through all its listeners whenever one
 * is added or taken away, so that thousands of waits on the signal of a run would each cost as much as all of them together.
 */
export interface SignalListeners {
  /** Calls back once when the signal is aborted, not if it is already; returns what forgets that. */
  listen(signal: AbortSignal, onAbort: () => void): () => void;
}

export function createSignalListeners(): SignalListeners {
  const waiting = new WeakMap<AbortSignal, Set<() => void>>();
  const waitersOf = (signal: AbortSignal): Set<() => void> => {
    const known = waiting.get(signal);
    if (known !== undefined) return known;
    const made = new Set<() => void>();
    waiting.set(signal, made);
    const tell = () => {
      for (const onAbort of made) onAbort();
      made.clear();
    };
    signal.addEventListener('abort', tell, { once: true });
    return made;
  };
  return {
    listen(signal, onAbort) {
      const waiters = waitersOf(signal);
      // Its own, so that the same function may wait twice.
      const waiter = () => onAbort();
      waiters.add(waiter);
      return () => void waiters.delete(waiter);
    },
  };
}
