import { type Clock, nsOf } from '../../model/clock.ts';

/** Time that passes while somebody sleeps, in small steps, each of which is told: whole probes take no real time. */
export interface SteppedClock extends Clock {
  onStep(listener: () => void): void;
}

const STEP_MS = 10;
// Enough turns for a chain of promises to come to its end between two steps.
const TURNS = 20;
const START_WALL_MS = Date.UTC(2026, 10, 21);

export function createSteppedClock(): SteppedClock {
  const listeners: (() => void)[] = [];
  let nowMs = 0;
  const turn = async () => {
    for (let count = 0; count < TURNS; count += 1) await Promise.resolve();
  };
  return {
    now: () => nsOf(nowMs),
    wall: () => START_WALL_MS + nowMs,
    onStep: (listener) => listeners.push(listener),
    async sleep(ms, signal) {
      await turn();
      const due = nowMs + ms;
      while (nowMs < due) {
        signal?.throwIfAborted();
        nowMs = Math.min(due, nowMs + STEP_MS);
        for (const listener of listeners) listener();
        await turn();
      }
      signal?.throwIfAborted();
    },
  };
}
