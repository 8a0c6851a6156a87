import { createHash } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { decodeTask } from '../tasks/task-record.ts';
import { messageOf, UsageError } from '../usage-error.ts';
import { postgresDurability } from './postgres-durability.ts';
import { createPostgresPool, type PostgresPool } from './postgres-pool.ts';
import { createPostgresPresence, type PostgresPresence } from './postgres-presence.ts';
import { ensureSchema } from './postgres-schema.ts';
import { createRecordEncoder, type RecordEncoder } from './record-encoder.ts';
import type { Durability, InsertAnswer, Position, StoreOptions, TaskStore } from './store.ts';

const INSERT_ATTEMPTS_MAX = 5; // One more each time that the holder of the key was removed between two statements.

/**
 * One table in a schema named by the prefix; every operation is one statement, and one transaction. A write resolves when the
 * server has committed it, as durably as its `synchronous_commit` and `fsync` say: by default synced to its disk. The server is
 * to be reached directly or through a pooler that keeps sessions: locks and prepared statements live in them.
 */
export async function openPostgresStore({ connection }: StoreOptions): Promise<TaskStore> {
  // One connection of those allowed is for the presence.
  const pool = createPostgresPool(connection, Math.max(1, connection.poolMax - 1));
  try {
    await pool.ready();
    const secret = await ensureSchema(pool, connection.prefix);
    const durability = await postgresDurability(pool);
    const presence = createPostgresPresence(pool, connection.prefix);
    return storeOver(pool, statementsIn(connection.prefix), { presence, durability, secret });
  } catch (cause) {
    await pool[Symbol.asyncDispose]();
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`Cannot open the task store. ${messageOf(cause)}`, { cause });
  }
}

interface StoreParts {
  readonly presence: PostgresPresence;
  readonly durability: Durability;
  readonly secret: Uint8Array;
}

function storeOver(pool: PostgresPool, sql: Statements, { presence, durability, secret }: StoreParts): TaskStore {
  const encoder = createRecordEncoder();
  const rowOf = (task: TaskRecord) => rowBy(encoder, task);
  const run = async (statement: keyof Statements, ...values: readonly unknown[]) =>
    pool.query({ name: statement, text: sql[statement], values, isRead: sql[statement].startsWith('SELECT') });
  const all = async (statement: keyof Statements, ...values: readonly unknown[]): Promise<readonly TaskRecord[]> =>
    (await run(statement, ...values)).rows.map((row) => decodeTask(storedRow.parse(row).record));
  const one = async (statement: keyof Statements, ...values: readonly unknown[]) =>
    (await all(statement, ...values))[0];

  // What a worker reads of its task before it lets an effect out.
  const get = async (id: string) => (isStorable(id) ? presence.believed(() => one('get', id)) : undefined);
  const byKey = (principal: string, key: string) => one('byKey', digest(principal), digest(key));
  const page = (position: Position | undefined) => [position?.createdAt ?? -1, storable(position?.id ?? '')];

  async function insert(task: TaskRecord): Promise<InsertAnswer> {
    for (let attempt = 0; attempt < INSERT_ATTEMPTS_MAX; attempt++) {
      if ((await run('insert', ...rowOf(task))).rowCount === 1) return { kind: 'inserted' };
      const { principal, idempotencyKey } = task;
      const holder = idempotencyKey === null ? undefined : await byKey(principal, idempotencyKey);
      if (holder !== undefined) return { kind: 'key-taken', task: holder };
      if ((await get(task.id)) !== undefined) throw new Error(`task id ${task.id} exists already`);
    }
    throw new Error(`the key of task ${task.id} was taken and freed ${INSERT_ATTEMPTS_MAX} times in a row`);
  }

  return {
    insert,
    get,
    async getAll(ids) {
      const found = await presence.believed(() => all('getAll', ids.filter(isStorable)));
      const byId = new Map(found.map((task) => [task.id, task]));
      return ids.map((id) => byId.get(id));
    },
    byKey,
    async replace(task, expectedVersion) {
      if (!isStorable(task.id)) return false;
      const [, , , state, isHeld, , due, version, record] = rowOf(task);
      const values = [state, isHeld, due, version, record, task.id, expectedVersion];
      return (await run('replace', ...values)).rowCount === 1;
    },
    remove: async (id, expectedVersion) => isStorable(id) && (await run('remove', id, expectedVersion)).rowCount === 1,
    list: (principal, { after, limit }) =>
      after === undefined
        ? all('listFirst', digest(principal), limit)
        : all('listAfter', digest(principal), after.createdAt, storable(after.id), limit),
    due: (nowMs, limit) => all('due', nowMs, limit),
    queued: ({ after, limit }) => all('queued', ...page(after), limit),
    held: ({ after, limit }) => all('held', ...page(after), limit),
    presence,
    durability,
    secret,
    bytesWritten: encoder.byteCount,
    async [Symbol.asyncDispose]() {
      await presence[Symbol.asyncDispose]();
      await pool[Symbol.asyncDispose]();
    },
  };
}

type Statements = ReturnType<typeof statementsIn>;

function statementsIn(prefix: string) {
  const task = `${pg.escapeIdentifier(prefix)}.task`;
  const select = (rest: string) => `SELECT record FROM ${task} WHERE ${rest}`;
  return {
    insert: `INSERT INTO ${task} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    replace: `UPDATE ${task} SET state = $1, is_held = $2, due_at = $3, version = $4, record = $5 WHERE id = $6 AND version = $7`,
    remove: `DELETE FROM ${task} WHERE id = $1 AND version = $2`,
    get: select('id = $1'),
    getAll: select('id = ANY ($1)'),
    byKey: select('owner = $1 AND key = $2'),
    listFirst: select('owner = $1 ORDER BY created_at DESC, id DESC LIMIT $2'),
    listAfter: select('owner = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4'),
    due: select('due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, created_at, id LIMIT $2'),
    queued: select("state = 'queued' AND (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3"),
    held: select('is_held AND (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3'),
  };
}

type Row = readonly [string, Buffer, Buffer | null, string, boolean, number, number | null, number, string];

function rowBy({ encode }: RecordEncoder, task: TaskRecord): Row {
  const { id, principal, idempotencyKey, state, createdAt, version } = task;
  const key = idempotencyKey === null ? null : digest(idempotencyKey);
  const isHeld = task.lease !== null;
  return [id, digest(principal), key, state, isHeld, createdAt, dueAt(task), version, encode(task)];
}

const storedRow = z.object({ record: z.string() });

/** Of the text as JSON has it, which tells all strings apart: in UTF-8 what is no valid character would be one and the same. */
function digest(text: string): Buffer {
  return createHash('sha256').update(JSON.stringify(text)).digest();
}

/** The text as a column can hold it: without zero characters and halves of characters, which only a forged id has. */
function storable(id: string): string {
  return Buffer.from(id.replaceAll('\0', '')).toString();
}

function isStorable(id: string): boolean {
  return storable(id) === id;
}
