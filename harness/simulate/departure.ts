// Made once: an error of its own for each would cost a stack.
const GONE = new Error('the client hung up');

/** A client that may hang up before its answer. */
export interface Departure {
  readonly leave: () => void;
  /** Calls back when it leaves, at once if it has. */
  onGone(listener: () => void): void;
  /** The same as a signal; an AbortController is made for those who ask. */
  signal(): AbortSignal;
}

export function createDeparture(): Departure {
  let isGone = false;
  let listeners: (() => void)[] = [];
  let controller: AbortController | null = null;
  const onGone = (listener: () => void) => {
    if (isGone) listener();
    else listeners.push(listener);
  };
  return {
    leave() {
      if (isGone) return;
      isGone = true;
      const told = listeners;
      listeners = [];
      for (const listener of told) listener();
    },
    onGone,
    signal() {
      if (controller === null) {
        const made = new AbortController();
        controller = made;
        onGone(() => made.abort(GONE));
      }
      return controller.signal;
    },
  };
}
