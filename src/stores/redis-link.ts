import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import { messageOf, UsageError } from '../usage-error.ts';
import { type ConnectionOptions, readAddresses, shownUrl } from './connection.ts';

/** A connection that comes back by itself, to whichever of the addresses takes writes. */
export interface RedisLink extends Disposable {
  readonly redis: Redis;
  /** Sends once there is a connection. Rejects when there is none, or no answer, within its limits; then nothing is known of what became of it. */
  ask<T>(send: (redis: Redis) => Promise<T>): Promise<T>;
}

export interface RedisLimits {
  /** For the first connection. */
  readonly openMs: number;
  /** For a connection that was lost. */
  readonly waitMs: number;
  /** For an answer. */
  readonly answerMs: number;
}

const LIMITS: RedisLimits = {
  openMs: 5_000, // A server that is being started takes a second; one with gigabytes to load is not there yet.
  waitMs: 2_000, // A restart takes less; who calls should not be kept for longer than it takes to ask again.
  answerMs: 5_000, // As SQLite's busy timeout; a disk's sync may take a second.
};
const CONNECT_MS_MAX = 2_000;
const PAUSE_MS_MAX = 500; // Between two attempts to connect.
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/; // Trying again would not help.

/** Options of a client that tries one address after another, and takes none that only follows another server. */
export function redisOptions(connection: ConnectionOptions): RedisOptions {
  const addresses = readAddresses('redis', connection.url);
  const [first] = addresses;
  if (first === undefined) throw new Error('expected an address of a Redis server, got none');
  const database = Number(first.pathname.slice(1) || '0');
  if (!Number.isInteger(database) || database < 0) {
    throw new UsageError(
      `'${shownUrl(first.href)}' names no Redis database: expected a number after the port, or nothing.`,
    );
  }
  return {
    db: database,
    ...(first.username !== '' && { username: decodeURIComponent(first.username) }),
    ...(first.password !== '' && { password: decodeURIComponent(first.password) }),
    // The library waits for another event of the socket when it is encrypted.
    ...(first.protocol === 'rediss:' && { tls: {} }),
    Connector: connectorOf(addresses, authoritiesOf(connection)),
    connectTimeout: CONNECT_MS_MAX,
    retryStrategy: (attempt) => Math.min(25 * attempt, PAUSE_MS_MAX),
  };
}

/** Connects; throws a UsageError when that does not come about in time. */
export async function openRedisLink(connection: ConnectionOptions, limits = LIMITS): Promise<RedisLink> {
  const redis = new Redis({
    ...redisOptions(connection),
    lazyConnect: true,
    // What was sent before a connection was lost may have been done: it is never sent again, it fails.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: limits.answerMs,
    // A peer that went away without a word: the next attempt gets a new connection.
    socketTimeout: limits.answerMs,
  });
  let lastError: Error | undefined;
  let fail = (_error: Error) => {};
  redis.on('error', (error: Error) => {
    lastError = error;
    if (REFUSED.test(error.message)) fail(error);
  });
  const waiters = createWaiters(redis);
  try {
    const refused = new Promise<never>((_resolve, reject) => (fail = reject));
    redis.connect().catch(() => {}); // It goes on trying; 'ready' and 'error' tell.
    await Promise.race([waiters.ready(limits.openMs), refused]);
  } catch (error) {
    redis.disconnect();
    const cause = lastError ?? error;
    throw new UsageError(
      `Cannot reach Redis at ${shownUrl(connection.url ?? '')}: ${messageOf(cause)}. Start it (apt-get install redis-server), or give another --store-url or --queue-url.`,
      { cause },
    );
  }
  async function reconnected(): Promise<void> {
    await waiters.ready(limits.waitMs).catch((cause) => {
      throw new Error(`no connection to Redis: ${lastError?.message ?? messageOf(cause)}`, { cause });
    });
  }

  return {
    redis,
    async ask(send) {
      if (redis.status !== 'ready') await reconnected();
      try {
        return await send(redis).catch(async (error: unknown) => {
          if (!isUnsent(error)) throw error;
          await reconnected();
          return send(redis);
        });
      } catch (error) {
        // It was made to follow another server: the connector finds the one that takes writes.
        if (error instanceof Error && error.message.startsWith('READONLY')) redis.disconnect(true);
        throw inOurWords(error, limits);
      }
    },
    [Symbol.dispose]: () => redis.disconnect(),
  };
}

/** The library speaks of its options where it means that nobody answered. */
function inOurWords(error: unknown, { answerMs }: RedisLimits): unknown {
  if (!(error instanceof Error)) return error;
  const cause = error;
  if (error.name === 'MaxRetriesPerRequestError') {
    return new Error('the connection to Redis was lost before the answer; it may have been done', { cause });
  }
  if (error.message !== 'Command timed out') return error;
  return new Error(`Redis did not answer within ${answerMs} ms; it may have been done`, { cause });
}

/** The socket had ended, which its client had not heard of yet: nothing went out. */
function isUnsent(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Stream isn't writeable");
}

/** Those who wait for the connection, with one listener for all of them. */
function createWaiters(redis: Redis) {
  const waiting = new Set<() => void>();
  redis.on('ready', () => {
    for (const tell of waiting) tell();
  });
  return {
    ready: (withinMs: number) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(tell);
          reject(new Error(`none within ${withinMs} ms`));
        }, withinMs);
        const tell = () => {
          clearTimeout(timer);
          waiting.delete(tell);
          resolve();
        };
        waiting.add(tell);
      }),
  };
}

function authoritiesOf({ caFile }: ConnectionOptions): SecureContextOptions {
  if (caFile === undefined) return {};
  try {
    return { ca: readFileSync(caFile) };
  } catch (cause) {
    throw new UsageError(`Cannot read the authorities to trust, ${caFile}: ${messageOf(cause)}`, { cause });
  }
}

/** The library's seam for who is connected to: the next address at each attempt. */
function connectorOf(addresses: readonly URL[], authorities: SecureContextOptions) {
  return class NextAddress extends AbstractConnector {
    #attempt = 0;

    constructor() {
      super(CONNECT_MS_MAX);
    }

    /** Told what the server says of itself before anything else is sent to it. */
    override check(info: { readonly role?: string }): boolean {
      return addresses.length === 1 || info.role === undefined || info.role === 'master';
    }

    override async connect() {
      this.connecting = true;
      const address = addresses[this.#attempt++ % addresses.length];
      if (address === undefined) throw new Error('expected an address of a Redis server, got none');
      const host = address.hostname.replace(/^\[(.*)\]$/, '$1'); // A URL writes IPv6 in brackets, a socket does not.
      const target = { host, port: Number(address.port || '6379') };
      const stream =
        address.protocol === 'rediss:'
          ? connectTls({ ...target, ...authorities, ...(/[a-z]/i.test(host) && { servername: host }) })
          : createConnection(target);
      // An encrypted one may fail twice, the second time with the other side's farewell; nobody else listens for that.
      let hasFailed = false;
      stream.on('error', (error) => {
        if (!hasFailed) this.firstError = error;
        hasFailed = true;
      });
      this.stream = stream;
      return stream;
    }
  };
}
