import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** A connection that is kept for what lives in it (locks, subscriptions): when it is lost, another takes its place. */
export interface PostgresSession extends AsyncDisposable {
  /** How many there have been; undefined from the moment that a loss is known until another has been prepared. */
  era(): number | undefined;
  /** Whether the server answers on it. */
  answers(): Promise<boolean>;
}

export interface SessionOptions {
  connect(): Promise<pg.Client>;
  /** On every new connection, before the session is up. */
  prepare(client: pg.Client): Promise<void>;
  /** Every `pingMs`, to see that it is alive. */
  ping(client: pg.Client): Promise<void>;
  readonly pingMs: number;
}

/** How long a ping may take; with the time between two of them that is how late a loss may be known. */
export const PING_MS_MAX = 1_000;
const RETRY_MS = 200; // A server that was restarted takes connections again within a second or two.

/** Resolves when the session is up. Rejects when the first connection cannot be made. */
export async function openSession(options: SessionOptions): Promise<PostgresSession> {
  const end = new AbortController();
  let client: pg.Client | undefined = await prepared(options);
  let eraCount = 0;
  const kept = keep(client);

  async function keep(first: pg.Client): Promise<void> {
    let next: pg.Client | undefined = first;
    while (next !== undefined) {
      client = next;
      eraCount++;
      await lost(next);
      client = undefined;
      farewell(next);
      next = await another();
    }
  }

  /** Resolves when the connection is lost or no longer wanted. */
  async function lost(current: pg.Client): Promise<void> {
    const loss = new AbortController();
    current.once('end', () => loss.abort());
    const over = AbortSignal.any([end.signal, loss.signal]);
    while (!over.aborted) {
      await pause(options.pingMs, over);
      if (over.aborted) return;
      try {
        await inTime(options.ping(current), over);
      } catch {
        return; // No answer is as good as nobody there.
      }
    }
  }

  async function another(): Promise<pg.Client | undefined> {
    while (!end.signal.aborted) {
      try {
        return await prepared(options);
      } catch {
        await pause(RETRY_MS, end.signal); // Who needs the session meanwhile is told that it is down.
      }
    }
    return undefined;
  }

  return {
    era: () => (client === undefined ? undefined : eraCount),
    async answers() {
      if (client === undefined) return false;
      return inTime(options.ping(client), end.signal).then(
        () => true,
        () => false,
      );
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await kept;
    },
  };
}

async function prepared({ connect, prepare }: SessionOptions): Promise<pg.Client> {
  const client = await connect();
  try {
    await prepare(client);
    return client;
  } catch (error) {
    farewell(client);
    throw error;
  }
}

/** However its end goes: it is of no more use. */
function farewell(client: pg.Client): void {
  client.end().catch(() => {});
}

/** Rejects when the answer is late, or the signal is aborted before it comes. */
async function inTime(answer: Promise<void>, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const late = pause(PING_MS_MAX, AbortSignal.any([signal, done.signal])).then(() => {
    throw new Error(`no answer within ${PING_MS_MAX} ms`);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    answer.catch(() => {}); // It may still come, or fail, when nobody waits for it any more.
    late.catch(() => {});
    done.abort();
  }
}

/** Resolves after `ms`, or sooner when the signal is aborted. Does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
