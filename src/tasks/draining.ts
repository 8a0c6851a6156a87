import type { TaskQueue } from '../queues/queue.ts';
import type { ServerClock } from './clock.ts';
import type { Recovery } from './recovery.ts';
import type { Worker } from './worker.ts';

const STOP_MS_MAX = 2_000; // Work that does not heed its abort signal is left behind after this long.
const LOOK_MS = 10;

export interface DrainParts {
  readonly queue: TaskQueue;
  readonly worker: Worker;
  readonly recovery: Recovery;
  readonly clock: ServerClock;
  readonly life: AbortSignal;
  readonly onError: (error: unknown, doing: string) => void;
}

/** Lets running work finish for at most `withinMs`, hands the rest back for the next boot and stops it. */
export function createDrain(parts: DrainParts): (withinMs: number) => Promise<void> {
  const { queue, worker, recovery, clock, life, onError } = parts;

  /** Resolves when nothing runs, or after `withinMs`. */
  async function idle(withinMs: number): Promise<void> {
    const giveUpAt = clock.elapsed() + withinMs;
    while (queue.load().running > 0 && clock.elapsed() < giveUpAt && !life.aborted) {
      await clock.sleep(Math.min(LOOK_MS, giveUpAt - clock.elapsed()), life).catch(() => {}); // The loop sees why.
    }
  }

  return async (withinMs) => {
    queue.pause();
    await idle(withinMs);
    for (const work of worker.running.values()) {
      try {
        await recovery.handBack(work.id, 'The server was shut down while this was running.');
      } catch (error) {
        onError(error, `handing back task ${work.id}`);
      }
      work.stop('The server was shut down.');
    }
    await idle(STOP_MS_MAX);
  };
}
