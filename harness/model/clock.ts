import { createSignalListeners, type SignalListeners } from './signal-listeners.ts';

/** Time as the harness sees it, injected everywhere so that the same agents and faults run in real and in virtual time. */
export interface Clock {
  /** ns since the run started, integer, monotonic. */
  now(): number;
  /** ms since the epoch. */
  wall(): number;
  /** Resolves after `ms` (never early); rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms` (never early); returns what takes that back. For waits that nearly always end before. Absent: only `sleep`. */
  timer?(ms: number, onDue: () => void): () => void;
  /** As `sleep`, and sharper: it spends the last part of a millisecond looking at the clock. Absent: time is virtual, and `sleep` is sharp. */
  sharpSleep?(ms: number, signal?: AbortSignal): Promise<void>;
  /** Waits for something real that has a limit of its own; time that is virtual stands still meanwhile. Absent: time is real. */
  outside?<Value>(real: Promise<Value>): Promise<Value>;
}

export const NS_PER_MS = 1_000_000;
export const NS_PER_SECOND = 1_000_000_000;

/** A timer takes no more: a longer wait would fire at once, and a server may ask for any. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export function msOf(ns: number): number {
  return ns / NS_PER_MS;
}

export function nsOf(ms: number): number {
  return Math.round(ms * NS_PER_MS);
}

/** The machine's monotonic clock. `originNs` is CLOCK_MONOTONIC at run start, which is what a ledger's `at` counts from zero of. */
export function createSystemClock(originNs: bigint = process.hrtime.bigint()): Clock & { readonly originNs: bigint } {
  const now = () => Number(process.hrtime.bigint() - originNs);
  const listeners = createSignalListeners();
  return {
    originNs,
    now,
    wall: () => Date.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const due = now() + nsOf(ms);
      // Node's timers fire up to 1 ms early, which would show as negative latency from an intended start.
      for (let left = ms; left > 0; left = msOf(due - now())) {
        await timeout(Math.min(TIMER_MS_MAX, Math.ceil(left)), signal, listeners);
      }
    },
    timer(ms, onDue) {
      const due = now() + nsOf(ms);
      const set = (left: number) => setTimeout(look, Math.min(TIMER_MS_MAX, Math.ceil(left)));
      const look = () => {
        const left = msOf(due - now());
        if (left > 0) handle = set(left);
        else onDue();
      };
      let handle = set(ms);
      return () => clearTimeout(handle);
    },
    async sharpSleep(ms, signal) {
      signal?.throwIfAborted();
      const due = now() + nsOf(ms);
      for (let left = ms; left > 0; left = msOf(due - now())) {
        if (left >= 1) await timeout(Math.min(TIMER_MS_MAX, Math.floor(left)), signal, listeners);
        else await lookUntil(() => now() >= due);
      }
      signal?.throwIfAborted();
    },
  };
}

/** Looks again and again, and lets everything else that is due have its turn between. A promise for each look would be garbage to collect. */
function lookUntil(isDue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (isDue()) resolve();
      else setImmediate(look);
    };
    setImmediate(look);
  });
}

function timeout(ms: number, signal: AbortSignal | undefined, listeners: SignalListeners): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unlisten?.();
      resolve();
    }, ms);
    const unlisten =
      signal &&
      listeners.listen(signal, () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
  });
}
