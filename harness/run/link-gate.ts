/** What stands in every way between clients and a process: open, or nothing passes until it is open again. */
export interface LinkGate {
  /** Resolves when it is open; true: it was not, and whoever sent this may be gone. */
  passage(): Promise<boolean>;
  /** Gives how many were held back until this opened it; 0 on closing. */
  hold(isHeld: boolean): number;
}

export function createLinkGate(): LinkGate {
  let waiting: (() => void)[] | null = null;
  return {
    async passage() {
      const queue = waiting;
      if (queue === null) return false;
      await new Promise<void>((resolve) => queue.push(resolve));
      return true;
    },
    hold(isHeld) {
      const released = waiting ?? [];
      if (isHeld) {
        waiting ??= [];
        return 0;
      }
      waiting = null;
      for (const release of released) release();
      return released.length;
    },
  };
}
