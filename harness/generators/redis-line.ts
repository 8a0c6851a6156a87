import type { Redis } from 'ioredis';
import type { z } from 'zod';

// A wait for messages is renewed so often: whoever closes the line is kept no longer.
const WAIT_SECONDS = 1;
// What nobody fetched is gone after this long, whatever became of those who wrote it.
const KEPT_SECONDS = 3_600;

/** The two lists between a load and one of its generators. */
export function lineKeys(run: string, index: number): { readonly toGenerator: string; readonly fromGenerator: string } {
  const base = `{claimcheck-load}:${run}:${index}`;
  return { toGenerator: `${base}:to`, fromGenerator: `${base}:from` };
}

/** Puts messages at the end of a list. */
export function createSender<Message>(redis: Redis, key: string): (message: Message) => Promise<void> {
  return async (message) => {
    await redis.multi().rpush(key, JSON.stringify(message)).expire(key, KEPT_SECONDS).exec();
  };
}

/** Takes messages from the front of a list, in order, until the signal is aborted. `redis` is this reader's alone: it waits. */
export async function readLine<Message>(options: {
  readonly redis: Redis;
  readonly key: string;
  readonly schema: z.ZodType<Message>;
  readonly signal: AbortSignal;
  readonly onMessage: (message: Message) => void;
}): Promise<void> {
  const { redis, key, schema, signal, onMessage } = options;
  while (!signal.aborted) {
    const taken = await redis.blpop(key, WAIT_SECONDS);
    if (taken !== null) onMessage(schema.parse(JSON.parse(taken[1])));
  }
}
