/** Time as the server sees it. */
export interface ServerClock {
  /** ms since the epoch, integer */
  now(): number;
  /** ms since some instant, for lengths of time: it is never set, so it never jumps */
  elapsed(): number;
  /** Resolves after `ms`, never early; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` until the returned function is called. Does not keep the process alive. */
  every(ms: number, tick: () => void): () => void;
}

/** A longer delay overflows a timer's 32 bits and fires at once. */
export const TIMER_MS_MAX = 2_147_483_647;

/** The machine's clocks. Looks up Date, performance and the timers at each call, so that faked ones work. */
export function createServerClock(): ServerClock {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    async sleep(ms, signal) {
      signal.throwIfAborted();
      // By the clock that nobody sets: a wall clock that is set back would make it sleep for as long again.
      const dueAt = performance.now() + ms;
      // Timers may fire up to 1 ms early; work that claims to take 600 ms must not take 599.
      for (let leftMs = ms; leftMs > 0; leftMs = dueAt - performance.now()) await timer(Math.ceil(leftMs), signal);
    },
    every(ms, tick) {
      const handle = setInterval(tick, Math.min(ms, TIMER_MS_MAX));
      handle.unref();
      return () => clearInterval(handle);
    },
  };
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(handle);
      reject(signal.reason);
    };
    const handle = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, TIMER_MS_MAX),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}
