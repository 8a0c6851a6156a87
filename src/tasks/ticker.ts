import type { ServerClock } from './clock.ts';

/** Jobs done again and again, each never twice at a time. One timer a job, none a task. */
export interface Ticker extends AsyncDisposable {
  add(doing: string, everyMs: number, job: () => Promise<void>): void;
}

export function createTicker(clock: ServerClock, onError: (error: unknown, doing: string) => void): Ticker {
  const stops: (() => void)[] = [];
  const busy = new Map<string, Promise<void>>();
  return {
    add(doing, everyMs, job) {
      const tick = () => {
        if (busy.has(doing)) return; // Slower than its period: the next tick finds what is due then.
        const done = job()
          .catch((error) => onError(error, doing))
          .finally(() => busy.delete(doing));
        busy.set(doing, done);
      };
      stops.push(clock.every(everyMs, tick));
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      await Promise.all(busy.values());
    },
  };
}
