import { Queue, WaitingError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { ConnectionOptions } from '../stores/connection.ts';
import { openRedisLink, redisOptions } from '../stores/redis-link.ts';
import { messageOf } from '../usage-error.ts';

/** The jobs of all processes on one server, by their ids; their names and data say nothing. */
export interface SharedJobs extends AsyncDisposable {
  /** Puts a job in line, unless one of that id is in line or taken. */
  push(jobId: string): Promise<void>;
  look(): Promise<JobsLook>;
  /** Takes at most `concurrency` at a time, each until `handle` has resolved; `false` puts it back in line. */
  take(concurrency: number, handle: (jobId: string) => Promise<boolean>): void;
  /** Takes no more. */
  pause(): void;
}

export interface JobsLook {
  readonly waitingCount: number;
  /** Of very many only those that came first and last. */
  readonly waiting: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

const NAME = 'work';
const IDS_MAX = 1_000; // As many as are looked at; what is missed is pushed again, which changes nothing.
const EVENTS_MAX = 100; // Nobody reads the library's stream of events.
/** A job whose worker has not said for so long that it lives is taken from it. If it lives all the same, the claim refuses the second. */
const LOCK_MS = 5_000;
const STALLED_LOOK_MS = 1_000; // One process of all looks, so often. It takes two looks to find one.
const BLOCK_SECONDS = 5; // How long a worker with nothing to do waits before it asks again; a new job ends the wait.
const RETRY_MS = 500; // Before a worker asks again whose server was away.

/** Opens the line. Throws a UsageError when the server cannot be reached. */
export async function openSharedJobs(
  connection: ConnectionOptions,
  onError: (error: unknown, doing: string) => void,
): Promise<SharedJobs> {
  const link = await openRedisLink(connection);
  let lastTold = '';
  /** The library tells of an outage at each attempt to end it, once for each of its connections. */
  const tellOnce = (error: unknown, doing: string) => {
    const text = messageOf(error);
    if (text !== lastTold) onError(error, doing);
    lastTold = text;
  };
  const prefix = `{${connection.prefix}}`; // The braces keep all keys on one server of a cluster.
  const queue = new Queue(NAME, {
    connection: link.redis,
    prefix,
    streams: { events: { maxLen: EVENTS_MAX } },
    // A job that is done or given up is forgotten: its id may come again.
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', (error) => tellOnce(error, 'talking to the queue'));
  let worker: Worker | undefined;
  let workerRedis: Redis | undefined;

  return {
    push: async (jobId) => {
      await link.ask(() => queue.add('task', null, { jobId }));
    },
    async look() {
      const [counts, waiting, taken] = await link.ask(() =>
        Promise.all([
          queue.getJobCounts('wait'),
          queue.getRanges(['wait'], 0, IDS_MAX),
          queue.getRanges(['active'], 0, IDS_MAX),
        ]),
      );
      return { waitingCount: counts.wait ?? 0, waiting: new Set(waiting), taken: new Set(taken) };
    },
    take(concurrency, handle) {
      // As the library wants it for a connection that waits; a second one like it is made of this one.
      workerRedis = new Redis({ ...redisOptions(connection), maxRetriesPerRequest: null });
      workerRedis.on('error', () => {}); // The worker tells of it, too.
      workerRedis.on('ready', () => (lastTold = ''));
      worker = new Worker(
        NAME,
        async (job, token) => {
          if (job.id === undefined || (await handle(job.id))) return;
          await job.moveToWait(token);
          throw new WaitingError(); // The library's word for a job that is not its worker's any more.
        },
        {
          ...{ connection: workerRedis, prefix, concurrency },
          ...{ lockDuration: LOCK_MS, stalledInterval: STALLED_LOOK_MS, maxStalledCount: Number.MAX_SAFE_INTEGER },
          ...{ drainDelay: BLOCK_SECONDS, runRetryDelay: RETRY_MS },
        },
      );
      worker.on('error', (error) => tellOnce(error, 'working on the queue'));
    },
    pause() {
      worker?.pause(true).catch((error) => onError(error, 'pausing the queue'));
    },
    async [Symbol.asyncDispose]() {
      // What still runs here is found by others when its lock has run out.
      await worker?.close(true);
      workerRedis?.disconnect();
      await queue.close();
      link[Symbol.dispose]();
    },
  };
}
