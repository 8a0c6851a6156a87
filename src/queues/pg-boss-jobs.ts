import { randomBytes } from 'node:crypto';
import pg from 'pg';
import PgBoss from 'pg-boss';
import { z } from 'zod';
import type { ConnectionOptions } from '../stores/connection.ts';
import { createPostgresPool, type PostgresPool } from '../stores/postgres-pool.ts';
import { openSession } from '../stores/postgres-session.ts';
import { createBatch } from './batch.ts';

/** The jobs of all processes on one server. Each carries the id of a task; of one task at most one job waits. */
export interface SharedJobs extends AsyncDisposable {
  /** Makes a job, with all others of this turn of the event loop, unless one of that task waits already. */
  send(sending: Sending): void;
  /** The oldest that wait, which nobody else gets before they have expired; none when the server cannot be asked. */
  fetch(max: number): Promise<readonly SharedJob[]>;
  /** It is done: forgets it, with all others of this turn. One that stays behind because the server is away expires. */
  remove(jobId: string): void;
  /** Lets others have what was fetched and not begun. */
  giveBack(jobIds: readonly string[]): Promise<void>;
  /** How many wait, with what is on its way there; up to a second old. */
  waiting(): number;
  /** Tells the processes that listen to look for jobs. */
  announce(): void;
}

export interface Sending {
  readonly taskId: string;
  /** Its task has just been recorded: surely none waits. */
  readonly isNew: boolean;
  /** The server did not take it. */
  readonly onLost: () => void;
}

export interface SharedJob {
  readonly jobId: string;
  readonly taskId: string;
}

export interface JobListeners {
  /** There may be something to fetch. */
  readonly onWork: () => void;
  /** So many that were sent here can be fetched now. */
  readonly onSent: (count: number) => void;
  readonly onError: (error: unknown, doing: string) => void;
}

const NAME = 'tasks';
/** A job not done after so long is handed out again. If its work still goes on, the claim refuses the second. */
const EXPIRE_SECONDS = 15;
const EXPIRY_LOOK_SECONDS = 10;
const RETRIES_MAX = 1_000; // Each process that dies or goes down with it costs one.
const KEEP_DAYS = 8; // Longer than the store keeps a task.
const COUNT_MS = 1_000;
const ANNOUNCE_MS = 50; // Others come for all that was announced meanwhile.
const PING_MS = 5_000;

/** Rejects when the server cannot be reached. */
export async function openSharedJobs(connection: ConnectionOptions, listeners: JobListeners): Promise<SharedJobs> {
  // One connection of those allowed is for listening.
  const pool = createPostgresPool(connection, Math.max(1, connection.poolMax - 1));
  const channel = `${connection.prefix}_jobs`;
  const boss = createBoss(pool, channel, listeners.onError);
  const closes: (() => PromiseLike<void>)[] = [() => pool[Symbol.asyncDispose]()];
  const close = async () => {
    for (const closeOne of closes.splice(0).reverse()) await closeOne();
  };
  try {
    await pool.ready();
    await oneAtATime(pool, channel, async () => {
      await boss.start();
      closes.push(() => boss.stop({ graceful: false, close: false }));
      await boss.createQueue(NAME, { name: NAME, policy: 'short' });
    });
    const listening = await listen(pool, channel, listeners.onWork);
    closes.push(() => listening[Symbol.asyncDispose]());
    const counter = createCounter(() => boss.getQueueSize(NAME));
    await counter.refresh();
    return jobsOf({ boss, pool, channel, counter, close, ...listeners });
  } catch (error) {
    await close();
    throw error;
  }
}

interface JobParts extends JobListeners {
  readonly boss: PgBoss;
  readonly pool: PostgresPool;
  readonly channel: string;
  readonly counter: Counter;
  readonly close: () => Promise<void>;
}

function jobsOf({ boss, pool, channel, counter, onSent, onError, close }: JobParts): SharedJobs {
  let announcing: NodeJS.Timeout | undefined;
  let madeCount = 0;

  /** In the order of making, for those of one batch have one time. */
  function newJobId(): string {
    madeCount = (madeCount + 1) % 2 ** 32;
    return madeCount.toString(16).padStart(8, '0') + randomBytes(12).toString('hex');
  }

  const sends = createBatch<Sending>(async (batch) => {
    try {
      await boss.insert(
        batch.map(({ taskId }) => ({ id: newJobId(), name: NAME, data: { taskId }, singletonKey: taskId })),
      );
    } catch (error) {
      onError(error, 'queueing tasks');
      for (const { onLost } of batch) onLost(); // The store has them: they are offered again.
      return;
    }
    const newCount = batch.filter(({ isNew }) => isNew).length;
    counter.add(newCount);
    if (newCount < batch.length) counter.doubt(); // Of the others, some were there.
    onSent(batch.length);
  });
  const removals = createBatch<string>(async (batch) => {
    // Those that stay expire, are fetched again, and found to be done.
    await boss.deleteJob(NAME, [...batch]).catch((error) => onError(error, 'removing jobs that are done'));
  });

  return {
    send: sends.add,
    async fetch(max) {
      const fetched = fetchedJobs.parse(await boss.fetch(NAME, { batchSize: max, priority: false }));
      counter.add(-fetched.length);
      return fetched.map(({ id, data }) => ({ jobId: id, taskId: data.taskId }));
    },
    remove: removals.add,
    async giveBack(jobIds) {
      if (jobIds.length === 0) return;
      // Those that stay come back when they expire.
      await boss.fail(NAME, [...jobIds]).catch((error) => onError(error, 'giving jobs back'));
      counter.add(jobIds.length);
    },
    waiting: () => counter.value() + sends.size(),
    announce() {
      announcing ??= setTimeout(() => {
        announcing = undefined;
        const notify = { text: 'SELECT pg_notify($1, $2)', values: [channel, ''] };
        // Who does not hear of it looks by himself now and then.
        pool.query(notify).catch((error) => onError(error, 'announcing jobs'));
      }, ANNOUNCE_MS);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(announcing);
      await sends.flush();
      await removals.flush();
      await close();
    },
  };
}

const fetchedJobs = z.array(z.object({ id: z.string(), data: z.object({ taskId: z.string() }) }));

function createBoss(pool: PostgresPool, schema: string, onError: JobListeners['onError']): PgBoss {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.use(async (client) => client.query(text, values)) },
    schema,
    schedule: false,
    maintenanceIntervalSeconds: EXPIRY_LOOK_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
    retryLimit: RETRIES_MAX,
    retryDelay: 0,
    retentionDays: KEEP_DAYS,
  });
  boss.on('error', (error) => onError(error, 'looking for jobs that expired')); // Tried again by whoever comes first.
  return boss;
}

/** Two who make a queue of pg-boss at the same time may wait for each other, which the server ends by failing one of them. */
async function oneAtATime(pool: PostgresPool, name: string, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    await work();
  } finally {
    await client.end(); // The lock goes with its session.
  }
}

function listen(pool: PostgresPool, channel: string, onWork: () => void) {
  return openSession({
    pingMs: PING_MS,
    connect: () => pool.connect(),
    async prepare(client) {
      client.on('notification', onWork);
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      onWork(); // There may have been something while nobody listened.
    },
    async ping(client) {
      await client.query('SELECT 1');
    },
  });
}

interface Counter {
  value(): number;
  add(count: number): void;
  /** It may be wrong: counted anew when it is next asked for. */
  doubt(): void;
  refresh(): Promise<void>;
}

/** A count that is asked for again when somebody wants it and it is old, and is kept up by what is known here meanwhile. */
function createCounter(count: () => Promise<number>): Counter {
  let value = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  let isCounting = false;

  async function refresh(): Promise<void> {
    if (isCounting) return;
    isCounting = true;
    try {
      value = await count();
    } finally {
      isCounting = false;
      countedAt = performance.now();
    }
  }
  return {
    refresh,
    add: (more) => {
      value = Math.max(0, value + more);
    },
    doubt() {
      countedAt = Number.NEGATIVE_INFINITY;
    },
    value() {
      if (performance.now() - countedAt > COUNT_MS) refresh().catch(() => {}); // The old one is the best there is.
      return value;
    },
  };
}
