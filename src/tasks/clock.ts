/** Time as the server sees it. */
export interface ServerClock {
  /** ms since the epoch, integer */
  now(): number;
  /** Resolves after `ms`, never early; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` until the returned function is called. Does not keep the process alive. */
  every(ms: number, tick: () => void): () => void;
}

/** A longer delay overflows a timer's 32 bits and fires at once. */
export const TIMER_MS_MAX = 2_147_483_647;

/** The machine's clock. Looks up Date and the timers at each call, so that faked ones work. */
export function createServerClock(): ServerClock {
  return {
    now: () => Date.now(),
    async sleep(ms, signal) {
      signal.throwIfAborted();
      const dueAt = Date.now() + ms;
      // Timers may fire up to 1 ms early; work that claims to take 600 ms must not take 599.
      for (let leftMs = ms; leftMs > 0; leftMs = dueAt - Date.now()) await timer(Math.ceil(leftMs), signal);
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
