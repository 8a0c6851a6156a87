import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { createSystemClock } from '../model/clock.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { createInlet, type GeneratorLink, type GeneratorSource } from './link.ts';
import {
  connectTo,
  type LoadJob,
  loadQueuePackages,
  PREFIX,
  QUEUE,
  shownAddress,
  WORKER_OPTIONS,
} from './load-queue.ts';
import { type FromGenerator, fromGeneratorSchema, type ToGenerator } from './message.ts';
import { createSender, lineKeys, readLine } from './redis-line.ts';

// Somebody may start them by hand, in another window.
const TAKEN_MS_MAX = 60_000;
const LOOK_AGAIN_MS = 100;

/** Generators anywhere that reach this Redis, each waiting for a job: a share of a load. */
export function bullmqSource(url: string): GeneratorSource {
  const where = shownAddress(url);
  return { where, open: ({ count, signal }) => openQueue(url, { count, signal, where }) };
}

async function openQueue(
  url: string,
  { count, signal, where }: { readonly count: number; readonly signal: AbortSignal; readonly where: string },
): Promise<readonly GeneratorLink[]> {
  const { Queue, QueueEvents, Worker } = await loadQueuePackages();
  const redis = await connectTo(url);
  const waiting = await connectTo(url);
  const watching = await connectTo(url);
  const run = randomUUID();
  const queue = new Queue<LoadJob>(QUEUE, { connection: redis, prefix: PREFIX });
  const events = new QueueEvents(QUEUE, { connection: waiting, prefix: PREFIX });
  // It takes no job: it looks whether those who took one are still there, also when no other generator is left to look.
  const watcher = new Worker<LoadJob>(QUEUE, null, { ...WORKER_OPTIONS, connection: watching, autorun: false });
  const shownInJobs = () => {}; // What is lost by it shows in the jobs.
  queue.on('error', shownInJobs);
  events.on('error', shownInJobs);
  watcher.on('error', shownInJobs);
  await watcher.startStalledCheckTimer();
  await events.waitUntilReady();
  const jobs = await queue.addBulk(
    Array.from({ length: count }, (_none, index) => ({
      name: 'share',
      data: { run, index },
      opts: { jobId: `${run}-${index}`, attempts: 1, removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } },
    })),
  );
  const closing = new AbortController();
  const links: GeneratorLink[] = [];
  let openCount = count;
  const closeOne = async () => {
    openCount -= 1;
    if (openCount > 0) return;
    closing.abort();
    for (const [index, job] of jobs.entries()) {
      await job.remove().catch(() => {}); // One that is being worked on ends by itself.
      await redis.del(lineKeys(run, index).toGenerator);
    }
    await watcher.close(true);
    await events.close();
    await queue.close();
    for (const connection of [redis, waiting, watching]) connection.disconnect();
  };
  for (const [index, job] of jobs.entries()) {
    const failed = job.waitUntilFinished(events).then(
      () => new Promise<never>(() => {}), // It has said everything.
      messageOf,
    );
    // Who takes it next says that it has failed; others may be busy until the load has ended.
    const stalled = new Promise<string>((resolve) => {
      events.on('stalled', ({ jobId }) => {
        if (jobId === job.id) resolve('it was not heard of any more');
      });
    });
    const lost = Promise.race([failed, stalled]);
    links.push(await openLine({ url, redis, run, index, lost, closeOne, signal: closing.signal }));
  }
  try {
    await allTaken(jobs, { signal, where });
    return links;
  } catch (error) {
    for (const link of links) await link[Symbol.asyncDispose]();
    throw error;
  }
}

async function openLine(parts: {
  readonly url: string;
  readonly redis: Redis;
  readonly run: string;
  readonly index: number;
  readonly lost: Promise<string>;
  readonly signal: AbortSignal;
  readonly closeOne: () => Promise<void>;
}): Promise<GeneratorLink> {
  const { url, redis, run, index, lost, signal, closeOne } = parts;
  const { toGenerator, fromGenerator } = lineKeys(run, index);
  const reader = await connectTo(url);
  const inlet = createInlet<FromGenerator>();
  const reading = readLine({
    ...{ redis: reader, key: fromGenerator, schema: fromGeneratorSchema, signal },
    onMessage: inlet.deliver,
  });
  // A connection that is cut when all is over rejects what it waits for; before, the loss of the generator is what is told.
  const broken = reading.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => (signal.aborted ? new Promise<never>(() => {}) : `its line broke: ${messageOf(error)}`),
  );
  let isClosed = false;
  return {
    name: `g${index + 1}`,
    tell: createSender<ToGenerator>(redis, toGenerator),
    onMessage: inlet.onMessage,
    lost: Promise.race([lost, broken]),
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      isClosed = true;
      reader.disconnect();
      await closeOne();
    },
  };
}

/** Every share is in somebody's hands. */
async function allTaken(
  jobs: readonly { getState(): Promise<string> }[],
  { signal, where }: { readonly signal: AbortSignal; readonly where: string },
): Promise<void> {
  const clock = createSystemClock();
  for (const untilT = clock.now() + TAKEN_MS_MAX * 1e6; ; ) {
    const states = await Promise.all(jobs.map((job) => job.getState()));
    const taken = states.filter(
      (state) => state !== 'waiting' && state !== 'prioritized' && state !== 'delayed',
    ).length;
    if (taken === jobs.length) return;
    if (clock.now() >= untilT) {
      throw new UsageError(
        `${taken} of ${jobs.length} generators took their share within ${TAKEN_MS_MAX / 1000} s; start more: claimcheck generate --redis ${where}`,
      );
    }
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}
