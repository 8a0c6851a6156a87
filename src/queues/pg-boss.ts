import { messageOf, UsageError } from '../usage-error.ts';
import { openSharedJobs, type SharedJob, type SharedJobs } from './pg-boss-jobs.ts';
import { createPlaces } from './places.ts';
import type { QueueOptions, TaskQueue } from './queue.ts';
import { createRecentIds } from './recent-ids.ts';

const LOOK_MS = 2_000; // For what nobody announced: jobs of a process that died, and announcements that were lost.
const FETCH_MAX = 100;
const OFFERED_AGAIN_MS = 900; // Just under the second after which the engine offers what waits once more.

/**
 * Jobs in PostgreSQL, run by all processes that share them. How many may wait is a bound on all of them together, as each process
 * counts them once a second. A job whose process died expires and is handed out again.
 */
export async function openPgBossQueue(options: QueueOptions): Promise<TaskQueue> {
  const { concurrency, waitingMax, onError = () => {} } = options;
  const running = new Set<string>();
  const again = new Set<string>(); // offered while they ran
  const held = new Set<string>(); // jobs of what runs
  const sent = createRecentIds(OFFERED_AGAIN_MS);
  const places = createPlaces();
  let isPaused = false;
  let mayWait = true;
  let fetching: Promise<void> | undefined;
  let run: ((id: string) => Promise<void>) | undefined;

  const hands = () => (run === undefined || isPaused ? 0 : concurrency - running.size);
  const jobs = await open(options, {
    onWork: wake,
    onError,
    onSent(count) {
      if (count > hands()) jobs.announce(); // More than we can take: others may have a hand free.
      wake();
    },
  });
  const look = setInterval(wake, LOOK_MS);
  look.unref();
  const hasRoom = () => jobs.waiting() + places.count + running.size < waitingMax + concurrency;

  function send(taskId: string, isNew: boolean): void {
    sent.add(taskId);
    jobs.send({ taskId, isNew, onLost: () => sent.delete(taskId) });
  }

  function wake(): void {
    mayWait = true;
    if (hands() > 0) fetching ??= fetchAll();
  }

  async function fetchAll(): Promise<void> {
    try {
      while (mayWait && hands() > 0) {
        const max = Math.min(hands(), FETCH_MAX);
        mayWait = false;
        const fetched = await jobs.fetch(max);
        if (fetched.length === max) mayWait = true;
        if (isPaused) await jobs.giveBack(fetched.map(({ jobId }) => jobId));
        else for (const job of fetched) begin(job);
      }
    } finally {
      fetching = undefined;
    }
  }

  function begin({ jobId, taskId }: SharedJob): void {
    if (held.has(jobId)) return; // It expired, and its work still goes on here.
    if (running.has(taskId) || run === undefined) {
      again.add(taskId);
      jobs.remove(jobId);
      return;
    }
    running.add(taskId);
    held.add(jobId);
    sent.delete(taskId);
    run(taskId).finally(() => {
      running.delete(taskId);
      held.delete(jobId);
      jobs.remove(jobId);
      if (again.delete(taskId)) send(taskId, false);
      if (mayWait) wake();
    });
  }

  return {
    reserve() {
      if (!hasRoom()) return undefined;
      return places.take((id) => {
        if (!sent.has(id) && !running.has(id)) send(id, true);
      });
    },
    async offer(id) {
      // Once we hand out nothing more, somebody else is to run it.
      if (running.has(id) && !isPaused) {
        again.add(id);
        return true;
      }
      if (sent.has(id) || !hasRoom()) return false;
      send(id, false);
      return true;
    },
    work(start) {
      run = start;
      wake();
    },
    pause() {
      isPaused = true;
    },
    load: () => ({ waiting: jobs.waiting() + places.count, running: running.size }),
    async [Symbol.asyncDispose]() {
      isPaused = true;
      clearInterval(look);
      await fetching;
      await jobs.giveBack([...held]); // Their work goes on for nobody: this process is going down.
      await jobs[Symbol.asyncDispose]();
    },
  };
}

async function open(options: QueueOptions, listeners: Parameters<typeof openSharedJobs>[1]): Promise<SharedJobs> {
  try {
    return await openSharedJobs(options.connection, listeners);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`Cannot open the queue. ${messageOf(cause)}`, { cause });
  }
}
