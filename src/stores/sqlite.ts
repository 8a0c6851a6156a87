import { join } from 'node:path';
import Database from 'libsql';
import { z } from 'zod';
import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { createTaskDecoder, decodeTask } from '../tasks/task-record.ts';
import { messageOf, UsageError } from '../usage-error.ts';
import { makeDirectory } from './directory.ts';
import { createFilePresence } from './file-presence.ts';
import { createGroupCommit } from './group-commit.ts';
import { createRecordEncoder, type RecordEncoder } from './record-encoder.ts';
import type { InsertAnswer, Position, StoreOptions, TaskStore } from './store.ts';

const SCHEMA_VERSION = 1;
// What a deployment with a name adds. Below 100 a version only adds to those before it, so that older and newer servers can be at
// work on one file while one replaces the other.
const RELEASE_VERSION = 2;
const COMPATIBLE_VERSION_MAX = 99;
const BUSY_TIMEOUT_MS = 5_000; // Another process's write takes well under 1 ms; a slow disk's sync may take a second.

const SCHEMA = `
  CREATE TABLE task (
    id TEXT NOT NULL PRIMARY KEY,
    principal TEXT NOT NULL,
    idempotency_key TEXT,
    state TEXT NOT NULL,
    is_held INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER,
    version INTEGER NOT NULL,
    record TEXT NOT NULL
  );
  CREATE UNIQUE INDEX task_key ON task (principal, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX task_list ON task (principal, created_at DESC, id DESC);
  CREATE INDEX task_due ON task (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX task_queued ON task (created_at, id) WHERE state = 'queued';
  CREATE INDEX task_held ON task (created_at, id) WHERE is_held = 1;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const ADD_RELEASE = `
  ALTER TABLE task ADD COLUMN release TEXT;
  PRAGMA user_version = ${RELEASE_VERSION};
`;

/** One file, `tasks.db`, in WAL mode. A write resolves when it is synced to the disk, so a receipt survives a crash of the machine too. */
export async function openSqliteStore(options: Pick<StoreOptions, 'directory' | 'release'>): Promise<TaskStore> {
  const path = join(options.directory, 'tasks.db');
  const database = connect(options, path);
  const { release } = options;
  const statements = prepare(database, release !== undefined);
  const named = release === undefined ? [] : [release];
  const group = createGroupCommit(database);
  const encoder = createRecordEncoder();
  const decode = createTaskDecoder();
  const rowOf = (task: TaskRecord) => rowBy(encoder, task);
  const presence = createFilePresence(join(options.directory, 'workers'));
  return {
    insert: (task) => group.write(() => insert(statements, { task, row: rowOf(task), named })),
    async get(id) {
      const text = recordIn(statements.get.get(id));
      return text === undefined ? undefined : decode(text);
    },
    byKey: async (principal, idempotencyKey) => one(statements.byKey, principal, idempotencyKey),
    replace: (task, expectedVersion) =>
      group.write(() => {
        const [, , , state, isHeld, , due, version, record] = rowOf(task);
        const values = [state, isHeld, due, version, record, ...named, task.id, expectedVersion];
        return statements.replace.run(...values).changes === 1;
      }),
    remove: (id, expectedVersion) => group.write(() => statements.remove.run(id, expectedVersion).changes === 1),
    async list(principal, { after, limit }) {
      if (after === undefined) return all(statements.listFirst, principal, limit);
      return all(statements.listAfter, principal, after.createdAt, after.id, limit);
    },
    due: async (nowMs, limit) => all(statements.due, nowMs, limit),
    queued: async ({ after = BEFORE_ALL, limit }) => all(statements.queued, after.createdAt, after.id, limit),
    held: async ({ after = BEFORE_ALL, limit }) => all(statements.held, after.createdAt, after.id, limit),
    presence,
    bytesWritten: encoder.byteCount,
    async [Symbol.asyncDispose]() {
      presence[Symbol.dispose]();
      if (!database.open) return;
      group.flush();
      database.close();
    },
  };
}

interface Insertion {
  readonly task: TaskRecord;
  readonly row: Row;
  readonly named: readonly string[];
}

function insert(statements: ReturnType<typeof prepare>, { task, row, named }: Insertion): InsertAnswer {
  // OR IGNORE leaves the row out for a taken key and for a taken id; which of the two, the read tells.
  if (statements.insert.run(...row, ...named).changes === 1) return { kind: 'inserted' };
  const holder = task.idempotencyKey === null ? undefined : one(statements.byKey, task.principal, task.idempotencyKey);
  if (holder !== undefined) return { kind: 'key-taken', task: holder };
  throw new Error(`task id ${task.id} exists already`);
}

const BEFORE_ALL: Position = { createdAt: -1, id: '' };

function connect({ directory, release }: Pick<StoreOptions, 'directory' | 'release'>, path: string): Database.Database {
  try {
    makeDirectory(directory);
    const database = new Database(path);
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    migrate(database, path, release !== undefined);
    return database;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(
      `Cannot open the task store ${path}: ${messageOf(cause)}. Give a directory that can be written.`,
      {
        cause,
      },
    );
  }
}

function migrate(database: Database.Database, path: string, isNamed: boolean): void {
  const wanted = isNamed ? RELEASE_VERSION : SCHEMA_VERSION;
  if (isGoodFor(versionOf(database), wanted)) return;
  // Two processes may open a new file at once: the second waits here and finds the work done.
  database.exec('BEGIN IMMEDIATE');
  try {
    const found = versionOf(database);
    if (found === 0) database.exec(SCHEMA);
    else if (found > COMPATIBLE_VERSION_MAX) {
      throw new UsageError(
        `The task store ${path} has schema version ${found}; this server knows ${wanted}, and those up to ${COMPATIBLE_VERSION_MAX} that add to it. Use the server that made it, or another directory.`,
      );
    }
    if (isNamed && !isGoodFor(versionOf(database), RELEASE_VERSION)) database.exec(ADD_RELEASE);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function isGoodFor(found: number, wanted: number): boolean {
  return found >= wanted && found <= COMPATIBLE_VERSION_MAX;
}

function versionOf(database: Database.Database): number {
  const [row] = z.array(z.strictObject({ user_version: z.int() })).parse(database.pragma('user_version'));
  return row?.user_version ?? 0;
}

const COLUMNS = 'id, principal, idempotency_key, state, is_held, created_at, due_at, version, record';

function prepare(database: Database.Database, isNamed: boolean) {
  const select = (rest: string) => database.prepare(`SELECT record FROM task WHERE ${rest}`);
  return {
    // Columns by name: a newer release may have added some, and what it wrote there it looks after itself.
    insert: database.prepare(`INSERT OR IGNORE INTO task (${COLUMNS}${isNamed ? ', release' : ''})
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?${isNamed ? ', ?' : ''})`),
    replace: database.prepare(`UPDATE task SET state = ?, is_held = ?, due_at = ?, version = ?, record = ?
      ${isNamed ? ', release = ?' : ''} WHERE id = ? AND version = ?`),
    remove: database.prepare('DELETE FROM task WHERE id = ? AND version = ?'),
    get: select('id = ?'),
    byKey: select('principal = ? AND idempotency_key = ?'),
    listFirst: select('principal = ? ORDER BY created_at DESC, id DESC LIMIT ?'),
    listAfter: select('principal = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?'),
    due: select('due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, created_at, id LIMIT ?'),
    queued: select("state = 'queued' AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?"),
    held: select('is_held = 1 AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?'),
  };
}

type Row = readonly [string, string, string | null, string, number, number, number | null, number, string];

function rowBy({ encode }: RecordEncoder, task: TaskRecord): Row {
  const isHeld = task.lease === null ? 0 : 1;
  const { id, principal, idempotencyKey, state, createdAt, version } = task;
  return [id, principal, idempotencyKey, state, isHeld, createdAt, dueAt(task), version, encode(task)];
}

const storedRow = z.object({ record: z.string() });

function one(statement: Database.Statement, ...values: readonly (string | number)[]): TaskRecord | undefined {
  const text = recordIn(statement.get(...values));
  return text === undefined ? undefined : decodeTask(text);
}

function recordIn(row: unknown): string | undefined {
  return row === undefined ? undefined : storedRow.parse(row).record;
}

function all(statement: Database.Statement, ...values: readonly (string | number)[]): readonly TaskRecord[] {
  return statement.all(...values).map((row) => decodeTask(storedRow.parse(row).record));
}
