import type { Socket } from 'node:net';
import pg from 'pg';
import { messageOf, UsageError } from '../usage-error.ts';
import type { ConnectionOptions } from './connection.ts';
import { type PostgresAddress, postgresAddresses } from './postgres-address.ts';
import { createSlots } from './slots.ts';

/**
 * Connections to one PostgreSQL server, or to the first of several addresses that can be reached and written to. Nothing waits
 * for ever: neither for a free connection, nor for a new one, nor for an answer.
 */
export interface PostgresPool extends AsyncDisposable {
  /** Resolves when a server can be used. One that says that it is starting is waited for, and nothing else. */
  ready(): Promise<void>;
  /**
   * One statement, which is a transaction of its own. A server that is away is waited for as long as nothing was sent to it, and
   * if the statement only reads, in any case. After a rejection nothing is known of what became of it.
   */
  query(statement: Statement): Promise<StatementAnswer>;
  /** One connection for as long as `work` takes; not used again after `work` has rejected. */
  use<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  /** A connection beside the pool, which belongs to the caller. */
  connect(): Promise<pg.Client>;
}

export interface Statement {
  /** A statement with a name is parsed and planned once a connection. One name means one text. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
  /** It changes nothing, so it may be sent again. */
  readonly isRead?: boolean;
}

export interface StatementAnswer {
  readonly rows: readonly unknown[];
  /** Rows found or changed. */
  readonly rowCount: number;
}

interface Place extends PostgresAddress {
  readonly pool: pg.Pool;
}

const FREE_MS_MAX = 5_000; // As long as a statement may take: those ahead are done or have failed by then.
const WAITING_MAX = 10_000; // Ten times the tasks that wait by default.
const IDLE_MS_MAX = 30_000;
const AWAY_MS_MAX = 5_000; // A server that was restarted or replaced is back by then, or will be long away.
const AWAY_LOOK_MS = 100;
const START_MS_MAX = 20_000; // After a crash the server first reads its log again: seconds, by its usual settings.
const START_LOOK_MS = 200;
const END_MS_MAX = 1_000; // A farewell that is not answered is cut short.
const STARTING = '57P03'; // SQLSTATE cannot_connect_now
const READ_ONLY = '25006'; // SQLSTATE read_only_sql_transaction: it was made a standby under our hands.

/** Opens nothing yet. Throws a UsageError when the URL is none or the CA file cannot be read. */
export function createPostgresPool(connection: ConnectionOptions, max: number): PostgresPool {
  const sockets = new Set<Socket>();
  const places = postgresAddresses(connection, sockets).map((address) => createPlace(address, max));
  const writable = new WeakSet<pg.ClientBase>();
  const slots = createSlots({ max, waitingMax: WAITING_MAX, waitMsMax: FREE_MS_MAX, of: 'PostgreSQL connections' });
  let current = 0;

  /** Tries each address once, beginning with the one that worked last. */
  async function reach<T>(open: (place: Place) => Promise<T>): Promise<{ readonly opened: T; readonly index: number }> {
    const failures: string[] = [];
    let cause: unknown;
    for (let attempt = 0; attempt < places.length; attempt++) {
      const index = current;
      const place = places[index];
      if (place === undefined) break;
      try {
        return { opened: await open(place), index };
      } catch (error) {
        cause = error;
        failures.push(`${place.shown}: ${reasonOf(error)}`);
        leave(index);
      }
    }
    throw new Unreachable(`PostgreSQL cannot be reached: ${failures.join('; ')}`, { cause });
  }

  /** Of those who find an address dead at the same time, the first alone moves on. */
  function leave(index: number): void {
    if (current === index) current = (index + 1) % places.length;
  }

  async function use<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    using _slot = await slots.take();
    const { opened: client, index } = await reach(async ({ pool }) => checkedOut(await pool.connect()));
    let hasFailed = true;
    try {
      const result = await work(client);
      hasFailed = false;
      return result;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === READ_ONLY) leave(index);
      if (error instanceof UsageError) throw error;
      throw new Error(`PostgreSQL: ${reasonOf(error)}`, { cause: error });
    } finally {
      client.release(hasFailed);
    }
  }

  async function checkedOut(client: pg.PoolClient): Promise<pg.PoolClient> {
    if (writable.has(client)) return client;
    try {
      await assertWritable(client);
    } catch (error) {
      client.release(true);
      throw error;
    }
    writable.add(client);
    return client;
  }

  async function query({ name, text, values = [], isRead = false }: Statement): Promise<StatementAnswer> {
    for (const giveUpAt = performance.now() + AWAY_MS_MAX; ; await delay(AWAY_LOOK_MS)) {
      try {
        return await use(async (client) => {
          const answer = await client.query({ text, values: [...values], ...(name !== undefined && { name }) });
          return { rows: answer.rows, rowCount: answer.rowCount ?? 0 };
        });
      } catch (error) {
        const mayTryAgain = error instanceof Unreachable || (isRead && isLoss(error));
        if (!mayTryAgain || performance.now() > giveUpAt) throw error;
      }
    }
  }

  async function ready(): Promise<void> {
    for (const giveUpAt = performance.now() + START_MS_MAX; ; await delay(START_LOOK_MS)) {
      try {
        return await use(async () => {});
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        const isStarting = cause instanceof pg.DatabaseError && cause.code === STARTING;
        if (!isStarting || performance.now() > giveUpAt) throw error;
      }
    }
  }

  return {
    ready,
    use,
    query,
    connect: async () => (await reach(({ config }) => connectTo(config))).opened,
    async [Symbol.asyncDispose]() {
      const ended = Promise.all(places.map(({ pool }) => pool.end()));
      await Promise.race([ended, delay(END_MS_MAX)]);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Nothing was sent. */
class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The connection was lost under a statement: by its socket's error, by what the driver says when that closes, or announced. */
function isLoss(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof pg.DatabaseError) return cause.code?.startsWith('57P0') === true; // SQLSTATE *_shutdown
  if (!(cause instanceof Error)) return false;
  return 'code' in cause || cause.message.startsWith('Connection terminated');
}

function createPlace(address: PostgresAddress, max: number): Place {
  const pool = new pg.Pool({ ...address.config, max, idleTimeoutMillis: IDLE_MS_MAX });
  // A connection that is lost between two statements says so by an event that would end the process if nobody listened. The
  // pool drops it, and the next statement opens another.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return { ...address, pool };
}

async function connectTo(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', () => {}); // As above; its owner hears of the loss by 'end'.
  try {
    await client.connect();
    await assertWritable(client);
    return client;
  } catch (error) {
    client.end().catch(() => {}); // It is of no use to anybody.
    throw error;
  }
}

async function assertWritable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query({ text: 'SHOW transaction_read_only', rowMode: 'array' });
  if (rows[0]?.[0] === 'on') throw new Error('this server takes no writes (a standby, or read-only by its settings)');
}

/** A name that stands for several addresses, each of which refuses, gives an error without a message of its own. */
function reasonOf(error: unknown): string {
  return error instanceof AggregateError && error.message === ''
    ? error.errors.map(messageOf).join(', ')
    : messageOf(error);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
