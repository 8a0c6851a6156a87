import { z } from 'zod';
import { messageOf, UsageError } from '../model/usage-error.ts';

export const QUEUE = 'claimcheck-load';
export const PREFIX = '{claimcheck}';
/** A generator that has not said for so long that it lives is taken for lost. One that is only busy says so in time. */
const LOCK_MS = 6_000;
/** It takes two looks to find one that is lost. */
const LOOK_MS = 1_000;

/** How every worker of the queue looks at it: a share that was lost is not made again by another, who would begin too late. */
export const WORKER_OPTIONS = {
  prefix: PREFIX,
  concurrency: 1,
  lockDuration: LOCK_MS,
  stalledInterval: LOOK_MS,
  maxStalledCount: 0,
} as const;

/** What a job says; everything else goes over the line of its share. */
export const jobSchema = z.strictObject({ run: z.string(), index: z.number().int().nonnegative() });
export type LoadJob = z.infer<typeof jobSchema>;

/** The packages that a queue over Redis stands on, when somebody asks for one. Throws a UsageError when they are not installed. */
export async function loadQueuePackages() {
  try {
    const [{ Queue, QueueEvents, Worker }, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { Queue, QueueEvents, Worker, Redis };
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw cause;
    throw new UsageError('--redis needs two packages that are not installed: npm install bullmq ioredis', { cause });
  }
}

// A server that is there answers at once.
const CONNECT_MS_MAX = 5_000;

/** A connection that is there. Throws a UsageError when it cannot be had. `isWaiting`: for who waits for messages on it. */
export async function connectTo(url: string) {
  const { Redis } = await loadQueuePackages();
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: CONNECT_MS_MAX, maxRetriesPerRequest: null });
  let last: Error | null = null;
  redis.on('error', (error: Error) => {
    last = error;
  });
  try {
    await Promise.race([redis.connect(), failing(redis)]);
    return redis;
  } catch (cause) {
    redis.disconnect();
    const why = last ?? cause;
    throw new UsageError(`--redis ${shownAddress(url)}: ${messageOf(why)}`, {
      cause,
    });
  }
}

/** Without what is secret in it. */
export function shownAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol)) {
    throw new UsageError(
      `--redis: expected an address such as redis://127.0.0.1:6379, got '${url.replace(/:[^@/]*@/, ':…@')}'`,
    );
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** Rejects with the first error of the connection. */
function failing(redis: { once(event: 'error', listener: (error: Error) => void): unknown }): Promise<never> {
  return new Promise((_resolve, reject) => {
    redis.once('error', reject);
  });
}
