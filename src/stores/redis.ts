import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { decodeTask } from '../tasks/task-record.ts';
import { messageOf, UsageError } from '../usage-error.ts';
import { createFilePresence } from './file-presence.ts';
import { createRecordEncoder } from './record-encoder.ts';
import { redisDurability } from './redis-durability.ts';
import { openRedisLink, type RedisLink } from './redis-link.ts';
import { BY_KEY, INSERT, REMOVE, REPLACE, type RedisScript, runScript, SCAN } from './redis-scripts.ts';
import type { InsertAnswer, Position, StoreOptions, TaskStore } from './store.ts';

const SECRET_BYTES = 32; // As long as the digests it is to protect.

/** Records in Redis: one round trip an operation, each of them one step of the server. */
export async function openRedisStore(options: StoreOptions): Promise<TaskStore> {
  const link = await openRedisLink(options.connection);
  try {
    return await storeOver(link, options);
  } catch (cause) {
    link[Symbol.dispose]();
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`Cannot open the task store in Redis: ${messageOf(cause)}`, { cause });
  }
}

async function storeOver(link: RedisLink, { directory, connection }: StoreOptions): Promise<TaskStore> {
  const keys = keysOf(connection.prefix);
  const secret = await secretOf(link, keys.secret);
  const durability = await redisDurability(link);
  // Certain for workers of this machine; of those elsewhere this directory knows nothing, and their leases decide.
  const presence = createFilePresence(join(directory, 'workers'));

  const { encode, byteCount } = createRecordEncoder();
  const run = (script: RedisScript, values: readonly (string | number)[]) =>
    link.ask((redis) => runScript(redis, script, keys.all, values));
  const scan = async (set: string, values: readonly (string | number)[]): Promise<readonly TaskRecord[]> =>
    storedRecords.parse(await link.ask((redis) => runScript(redis, SCAN, [keys.tasks, set], values))).map(decodeTask);
  const oldestFirst = (set: string, { after, limit }: { readonly after?: Position; readonly limit: number }) =>
    scan(set, ['after', after === undefined ? '-' : `(${positionOf(after)}`, '+', limit, 0]);

  return {
    insert: async (task) => insertAnswer(task, await run(INSERT, insertValues(task, encode(task)))),
    get: async (id) => recordOf(await link.ask((redis) => redis.hget(keys.tasks, id))),
    getAll: async (ids) =>
      ids.length === 0
        ? []
        : storedAnswers.parse(await link.ask((redis) => redis.hmget(keys.tasks, ...ids))).map(recordOf),
    byKey: async (principal, idempotencyKey) => {
      const field = keyField(principal, idempotencyKey);
      return recordOf(await link.ask((redis) => runScript(redis, BY_KEY, [keys.tasks, keys.keys], [field])));
    },
    replace: async (task, expectedVersion) =>
      isDone.parse(await run(REPLACE, [task.id, expectedVersion, task.version, encode(task), ...placeValues(task)])) ===
      1,
    remove: async (id, expectedVersion) => isDone.parse(await run(REMOVE, [id, expectedVersion])) === 1,
    list: (principal, { after, limit }) => {
      const own = JSON.stringify(principal);
      // Digits follow the principal, and ':' is the character after them.
      const high = after === undefined ? `(${own}:` : `(${own}${positionOf(after)}`;
      return scan(keys.lists, ['before', `[${own}`, high, limit, Buffer.byteLength(own)]);
    },
    due: (nowMs, limit) => scan(keys.due, ['until', '-inf', nowMs, limit, 0]),
    queued: (page) => oldestFirst(keys.queued, page),
    held: (page) => oldestFirst(keys.held, page),
    presence,
    durability,
    secret,
    bytesWritten: byteCount,
    async [Symbol.asyncDispose]() {
      presence[Symbol.dispose]();
      link[Symbol.dispose]();
    },
  };
}

/** The braces keep all of them on one server of a cluster. */
function keysOf(prefix: string) {
  const [tasks, heads, keys, lists] = [
    `{${prefix}}:tasks`,
    `{${prefix}}:heads`,
    `{${prefix}}:keys`,
    `{${prefix}}:lists`,
  ];
  const [queued, held, due] = [`{${prefix}}:queued`, `{${prefix}}:held`, `{${prefix}}:due`];
  const secret = `{${prefix}}:secret`;
  return { secret, tasks, keys, lists, queued, held, due, all: [tasks, heads, keys, lists, queued, held, due] };
}

/** Of servers that open a store for the first time together, the first one's is everybody's. */
async function secretOf({ ask }: RedisLink, key: string): Promise<Uint8Array> {
  await ask((redis) => redis.setnx(key, randomBytes(SECRET_BYTES).toString('hex')));
  const secret = Buffer.from(storedRecord.parse(await ask((redis) => redis.get(key))) ?? '', 'hex');
  if (secret.length === SECRET_BYTES) return secret;
  throw new UsageError(`${key} in Redis is no secret of ${SECRET_BYTES} bytes: remove it, and a new one is made.`);
}

function insertValues(task: TaskRecord, record: string): readonly (string | number)[] {
  const { id, idempotencyKey, version } = task;
  const position = positionOf(task);
  const principal = JSON.stringify(task.principal); // Ends in a quote that nothing inside can be: no principal is the start of another.
  const key = idempotencyKey === null ? '' : keyField(task.principal, idempotencyKey);
  const head = [version, position, principal, key].join('\n');
  return [id, record, head, position, principal, key, ...placeValues(task)];
}

function placeValues(task: TaskRecord): readonly (string | number)[] {
  return [task.state === 'queued' ? 1 : 0, task.lease === null ? 0 : 1, dueAt(task) ?? ''];
}

function positionOf({ createdAt, id }: Position): string {
  return `${String(createdAt).padStart(16, '0')}${id}`;
}

function keyField(principal: string, key: string): string {
  return JSON.stringify([principal, key]);
}

const isDone = z.union([z.literal(0), z.literal(1)]);
const storedRecords = z.array(z.string());
const storedAnswers = z.array(z.unknown());
const storedRecord = z.string().nullable();

function recordOf(reply: unknown): TaskRecord | undefined {
  const text = storedRecord.parse(reply);
  return text === null ? undefined : decodeTask(text);
}

function insertAnswer(task: TaskRecord, reply: unknown): InsertAnswer {
  if (reply === 1) return { kind: 'inserted' };
  if (reply === 0) throw new Error(`task id ${task.id} exists already`);
  return { kind: 'key-taken', task: decodeTask(z.string().parse(reply)) };
}
