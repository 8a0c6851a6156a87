import type { Event } from '../model/event.ts';
import type { FaultWatch } from '../model/fault.ts';

/** Waits for work to begin again: what a fault that strikes the same task more than once has to know. */
export function createBeginWatch(): FaultWatch & { observe(event: Event): void } {
  const waiting = new Map<number, () => void>();
  return {
    observe(event) {
      if (waiting.size === 0 || event.kind !== 'fx' || event.phase !== 'begin' || event.call === null) return;
      waiting.get(event.call)?.();
      waiting.delete(event.call);
    },
    begun: (call) => new Promise((resolve) => waiting.set(call, resolve)),
  };
}
