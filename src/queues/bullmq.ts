import { openSharedJobs, type SharedJobs } from './bullmq-jobs.ts';
import { createPlaces } from './places.ts';
import type { QueueOptions, TaskQueue } from './queue.ts';

const LOOK_MS = 500; // How old a count may be that only bounds what waits.
const FRESH_MS = 100; // How old may be what tells whether an id is in line.
const SECOND = '~again';

/**
 * Jobs in Redis, in one line for every process that shares it. A job has the id of its task, so that an id that is offered by
 * several is in line once; one more, marked as the second, stands behind a job that somebody has taken. The bound on what waits
 * is one on all processes together, kept to within what the others add between two looks.
 */
export async function openBullmqQueue(options: QueueOptions): Promise<TaskQueue> {
  const { concurrency, waitingMax, connection, onError = () => {} } = options;
  const jobs = await openSharedJobs(connection, onError);
  const view = await openView(jobs, onError);
  const running = new Set<string>();
  const again = new Set<string>(); // offered while they ran here
  const pushing = new Set<string>();
  const places = createPlaces();
  let isPaused = false;

  const waitingCount = () => view.waitingCount() + places.count + pushing.size;
  const hasRoom = () => waitingCount() + running.size < waitingMax + concurrency;

  /** false: it could not be brought there. The store has it, so it will be offered again. */
  async function push(jobId: string): Promise<boolean> {
    pushing.add(jobId);
    try {
      await jobs.push(jobId);
      view.pushed(jobId);
      return true;
    } catch (error) {
      onError(error, `queueing ${jobId}`);
      return false;
    } finally {
      pushing.delete(jobId);
    }
  }

  async function runHere(id: string, run: (id: string) => Promise<void>): Promise<void> {
    running.add(id);
    do {
      again.delete(id);
      await run(id);
    } while (again.has(id) && !isPaused);
    running.delete(id);
    if (again.delete(id)) await push(id + SECOND); // For another process, as this one is going down.
  }

  return {
    reserve() {
      if (!hasRoom()) return undefined;
      // Its receipt need not wait for the line: it is recorded, and what does not get there is offered again.
      return places.take(push);
    },
    async offer(id) {
      if (running.has(id) && !isPaused) {
        again.add(id);
        return true;
      }
      if (pushing.has(id) || !hasRoom()) return false;
      const line = await view.fresh();
      if (line === undefined) return false;
      const { waiting, taken } = line;
      if (waiting.has(id) || waiting.has(id + SECOND)) return false;
      return push(taken.has(id) ? id + SECOND : id);
    },
    work(run) {
      jobs.take(concurrency, async (jobId) => {
        const id = jobId.endsWith(SECOND) ? jobId.slice(0, -SECOND.length) : jobId;
        view.took(jobId);
        if (isPaused) return false;
        if (running.has(id)) again.add(id);
        else await runHere(id, run);
        view.done(jobId);
        return true;
      });
    },
    pause() {
      isPaused = true;
      jobs.pause();
    },
    load: () => ({ waiting: waitingCount(), running: running.size }),
    async [Symbol.asyncDispose]() {
      isPaused = true;
      await view[Symbol.asyncDispose]();
      await jobs[Symbol.asyncDispose]();
    },
  };
}

/** What this process knows of the line: the last look at it, and what it did itself since. */
async function openView(jobs: SharedJobs, onError: NonNullable<QueueOptions['onError']>) {
  let waitingCount = 0;
  let waiting = new Set<string>();
  let taken = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const found = await jobs.look();
    waitingCount = found.waitingCount;
    waiting = new Set(found.waiting);
    taken = new Set(found.taken);
    lookedAt = performance.now();
  }
  const refresh = () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const isOlderThan = (ms: number) => performance.now() - lookedAt > ms;

  await refresh();
  return {
    waitingCount() {
      if (isOlderThan(LOOK_MS)) refresh().catch(() => {}); // The old count is the best there is.
      return waitingCount;
    },
    /** undefined: nobody can say, now. */
    async fresh() {
      try {
        if (isOlderThan(FRESH_MS)) await refresh();
        return { waiting, taken };
      } catch (error) {
        onError(error, 'looking at the queue');
        return undefined;
      }
    },
    pushed(jobId: string) {
      if (taken.has(jobId) || waiting.has(jobId)) return;
      waiting.add(jobId);
      waitingCount++;
    },
    took(jobId: string) {
      taken.add(jobId);
      if (waiting.delete(jobId)) waitingCount = Math.max(0, waitingCount - 1);
    },
    done(jobId: string) {
      taken.delete(jobId);
    },
    async [Symbol.asyncDispose]() {
      await looking?.catch(() => {}); // Nobody wants to know any more.
    },
  };
}
