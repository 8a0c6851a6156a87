import { createSlots, type Slots } from './slots.ts';

/**
 * Those who wait for the end of a signal, behind one listener each signal. A signal looks through all its listeners whenever one
 * is added or taken away, so that thousands of waits on the signal of a run would each cost as much as all of them together.
 */
export interface SignalListeners {
  /** Calls back once when the signal is aborted, not if it is already; returns what forgets that. */
  listen(signal: AbortSignal, onAbort: () => void): () => void;
}

/** Where the waiting are found by their signal. */
interface SignalTable {
  get(signal: AbortSignal): Slots<() => void> | undefined;
  set(signal: AbortSignal, waiting: Slots<() => void>): unknown;
}

/**
 * `table`: left out, signals that nobody else holds are let go. Who goes before its signals do may give a Map: in a WeakMap all that
 * waits survives every minor collection.
 */
export function createSignalListeners(table: SignalTable = new WeakMap()): SignalListeners {
  const waitingFor = (signal: AbortSignal): Slots<() => void> => {
    const known = table.get(signal);
    if (known !== undefined) return known;
    const made = createSlots<() => void>();
    table.set(signal, made);
    const tell = () => {
      for (const onAbort of made.takeAll()) onAbort();
    };
    signal.addEventListener('abort', tell, { once: true });
    return made;
  };
  return {
    listen: (signal, onAbort) => waitingFor(signal).add(onAbort),
  };
}
