import { createSlots, type Slots } from './slots.ts';

/**
 * Who wants to hear of the end of a signal: one listener a signal, however many requests wait for it. Listening on the signal
 * itself, once a request, costs more than all the rest of a request's bookkeeping.
 */
export interface AbortWatch {
  /** Calls back when the signal is aborted, not if it is already; returns what forgets that. */
  watch(signal: AbortSignal, onAbort: () => void): () => void;
}

export function createAbortWatch(): AbortWatch {
  // Not weak: it goes with its world, and in a WeakMap all that waits would survive every minor collection.
  const waiting = new Map<AbortSignal, Slots<() => void>>();
  const slotsOf = (signal: AbortSignal): Slots<() => void> => {
    const known = waiting.get(signal);
    if (known !== undefined) return known;
    const made = createSlots<() => void>();
    waiting.set(signal, made);
    const tell = () => {
      for (const onAbort of made.takeAll()) onAbort();
    };
    signal.addEventListener('abort', tell, { once: true });
    return made;
  };
  return {
    watch: (signal, onAbort) => slotsOf(signal).add(onAbort),
  };
}
