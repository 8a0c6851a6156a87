import { readFileSync } from 'node:fs';
import type { Clock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';

const LOOK_MS = 250;
const KIB_PER_MIB = 1024;

/** Watches how much memory the processes of a server hold. Dispose of it after the run. */
export interface MemoryWatch extends AsyncDisposable {
  /** Hears which processes there are. */
  observe(event: Event): void;
  /** The most any of them ever held, MiB; null: this system does not tell. */
  peakMiB(): number | null;
}

/** Reads the high-water mark that Linux keeps of each process: what happened between two looks is in it. */
export function watchMemory(clock: Clock): MemoryWatch {
  const alive = new Map<number, number>();
  const over = new AbortController();
  let peakKiB = 0;
  const look = (pid: number) => {
    peakKiB = Math.max(peakKiB, highWaterKiB(pid));
  };
  const looking = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_MS, over.signal).catch(() => {}); // Aborted: the loop ends.
      for (const pid of alive.values()) look(pid);
    }
  })();
  return {
    observe(event) {
      if (event.kind !== 'proc') return;
      if (event.pid !== undefined && event.phase !== 'exit') alive.set(event.boot, event.pid);
      if (event.phase === 'exit') alive.delete(event.boot);
    },
    peakMiB: () => (peakKiB === 0 ? null : peakKiB / KIB_PER_MIB),
    async [Symbol.asyncDispose]() {
      over.abort();
      await looking;
    },
  };
}

/** 0: no such process, or no such file on this system. */
function highWaterKiB(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    // It has just gone, or this is not Linux: then nothing is known of it.
    return 0;
  }
}
