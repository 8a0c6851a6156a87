import { createPlaces } from './places.ts';
import type { Place, TaskQueue } from './queue.ts';

export interface ElsewhereOptions {
  /** How many tasks may wait for a worker. */
  readonly waitingMax: number;
  /** How many wait, as the store says; it need not count beyond the limit. */
  readonly count: (limit: number) => Promise<number>;
  /** ms since some instant */
  readonly elapsed: () => number;
}

const LOOK_EVERY_MS = 1_000; // What waits is a bound and no promise: a look a second is near enough.

/**
 * For a process that runs no work: the store is what carries it to those that do. Nothing waits here; how much waits in the store
 * is looked up now and then, and what was handed in since is added to that.
 */
export function createQueueElsewhere({ waitingMax, count, elapsed }: ElsewhereOptions): TaskQueue {
  let waiting = 0;
  const places = createPlaces();
  let lookedAt = Number.NEGATIVE_INFINITY;

  function look(): void {
    if (elapsed() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = elapsed();
    count(waitingMax).then(
      (found) => {
        waiting = found;
      },
      () => {}, // A store that fails takes no work either; the next look finds out.
    );
  }

  return {
    reserve(): Place | undefined {
      look();
      if (waiting + places.count >= waitingMax) return undefined;
      return places.take(() => {
        waiting += 1;
      });
    },
    offer: async () => true, // It is in the store, and that is where the workers look.
    work() {},
    pause() {},
    load: () => ({ waiting: waiting + places.count, running: 0 }),
    async [Symbol.asyncDispose]() {},
  };
}
