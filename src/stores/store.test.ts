import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../tasks/task.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import { type ConnectionOptions, connectionSchema } from './connection.ts';
import { createFilePresence } from './file-presence.ts';
import { STORES } from './index.ts';
import { openSqliteStore } from './sqlite.ts';
import { connectionTo, describeOn } from './testing/engine.ts';
import { ask, StoreModel, storeCalls } from './testing/store-model.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-store-'));
  directories.push(directory);
  return directory;
}

type StoreEntry = (typeof STORES)[string];
type Suite = (id: string, entry: StoreEntry) => void;

/** Opens stores of one kind; those of one directory are one store. */
function openerOf({ meta, load }: StoreEntry) {
  const connections = new Map<string, Promise<ConnectionOptions>>();
  return async (directory = newDirectory()) => {
    const { engine } = meta;
    const connection = connections.get(directory) ?? (engine && connectionTo(engine));
    if (connection !== undefined) connections.set(directory, connection);
    return (await load())({ directory, connection: (await connection) ?? connectionSchema.parse({}) });
  };
}

function describeStores(what: string, entries: readonly (readonly [string, StoreEntry])[], suite: Suite): void {
  for (const [id, entry] of entries) {
    const { engine } = entry.meta;
    if (engine === undefined) describe(`${what} ${id}`, () => suite(id, entry));
    else describeOn(engine, `${what} ${id}`, () => suite(id, entry));
  }
}

// The contract of store.ts, for every entry of the registry.
describeStores('store', Object.entries(STORES), (id, entry) => {
  const open = openerOf(entry);

  test('is registered under its own name, with a title and a description', () => {
    expect(entry.meta.id).toBe(id);
    expect(entry.meta.title).not.toBe('');
    expect(entry.meta.description).not.toBe('');
  });

  test('gives back exactly what was written', async () => {
    await using store = await open();
    const task = taskOf({
      statusMessage: 'zeile\nzwei \u2028 "\u{1F600}"',
      outcome: { kind: 'error', error: { code: -1, message: 'x', data: { deep: [1, null, 'a'] } } },
      state: 'settled',
      ttlMs: null,
    });
    expect(await store.insert(task)).toEqual({ kind: 'inserted' });
    expect(await store.get(task.id)).toEqual(task);
    expect(await store.get('nothing')).toBeUndefined();
  });

  test('of writers that saw the same version one wins', async () => {
    await using store = await open();
    await store.insert(taskOf());
    const writes = Array.from({ length: 20 }, (_, writer) =>
      store.replace(taskOf({ version: 2, statusMessage: `writer ${writer}` }), 1),
    );
    const won = await Promise.all(writes);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await store.get(taskOf().id))?.statusMessage).toBe(`writer ${won.indexOf(true)}`);
    expect(await store.replace(taskOf({ id: 'nothing' }), 1)).toBe(false);
  });

  test('of inserts with one key one wins, and the others get its record', async () => {
    await using store = await open();
    const tasks = Array.from({ length: 20 }, (_, number) => taskOf({ id: `task-${number}`, idempotencyKey: 'k' }));
    const answers = await Promise.all(tasks.map((task) => store.insert(task)));
    const winners = answers.filter((answer) => answer.kind === 'inserted');
    const losers = new Set(answers.flatMap((answer) => (answer.kind === 'key-taken' ? [answer.task.id] : [])));
    expect([winners.length, losers.size]).toEqual([1, 1]);
    expect((await store.byKey('alice', 'k'))?.id).toBe([...losers][0]);
    expect(await store.byKey('bob', 'k')).toBeUndefined();
    expect(await store.insert(taskOf({ id: 'x', principal: 'bob', idempotencyKey: 'k' }))).toEqual({
      kind: 'inserted',
    });
  });

  test('a removed record frees its key, and only the expected version is removed', async () => {
    await using store = await open();
    await store.insert(taskOf({ idempotencyKey: 'k' }));
    expect(await store.remove(taskOf().id, 7)).toBe(false);
    expect(await store.remove(taskOf().id, 1)).toBe(true);
    expect(await store.remove(taskOf().id, 1)).toBe(false);
    expect(await store.byKey('alice', 'k')).toBeUndefined();
    expect(await store.insert(taskOf({ id: 'next', idempotencyKey: 'k' }))).toEqual({ kind: 'inserted' });
  });

  test('a write that fails does not take those beside it along', async () => {
    await using store = await open();
    await store.insert(taskOf());
    const answers = await Promise.allSettled([
      store.insert(taskOf({ id: 'before' })),
      store.insert(taskOf({ statusMessage: 'this id is taken' })),
      store.insert(taskOf({ id: 'after' })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await Promise.all(['before', 'after'].map(async (id) => (await store.get(id))?.id))).toEqual([
      'before',
      'after',
    ]);
    expect((await store.get(taskOf().id))?.statusMessage).toBeNull();
  });

  test('scans go on strictly after a position, each record once', async () => {
    await using store = await open();
    const all = Array.from({ length: 9 }, (_, number) =>
      taskOf({ id: `task-${number}`, createdAt: 1_000 + Math.floor(number / 3), lease: null }),
    );
    for (const task of all) await store.insert(task);
    const walk = async (read: (page: { after?: TaskRecord; limit: number }) => Promise<readonly TaskRecord[]>) => {
      const seen: string[] = [];
      let after: TaskRecord | undefined;
      do {
        const page: readonly TaskRecord[] = await read({ limit: 2, ...(after && { after }) });
        seen.push(...page.map((task) => task.id));
        after = page.at(-1);
      } while (after !== undefined);
      return seen;
    };
    const inOrder = all.map((task) => task.id);
    expect(await walk((page) => store.queued(page))).toEqual(inOrder);
    expect(await walk((page) => store.list('alice', page))).toEqual(inOrder.toReversed());
  });

  test('answers every sequence of calls as the model does', async () => {
    await fc.assert(
      fc.asyncProperty(storeCalls, async (calls) => {
        await using store = await open();
        const model = new StoreModel();
        for (const call of calls) {
          const held = 'task' in call ? await store.get(call.task.id) : undefined;
          const expected = model.answer(call);
          const answer = await ask(store, held, call);
          // A record whose id and key are both taken breaks two rules at once; which is named does not matter.
          if (expected !== 'either') expect(answer).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });
});

const durable = Object.entries(STORES).filter(([, entry]) => entry.meta.durable);

describeStores('durable store', durable, (_id, entry) => {
  const open = openerOf(entry);

  test('keeps everything when it is opened again, also without being closed', async () => {
    const directory = newDirectory();
    await using first = await open(directory);
    const kept = taskOf({ id: 'kept', idempotencyKey: 'k' });
    await first.insert(kept);
    await first.insert(taskOf({ id: 'gone' }));
    await first.replace({ ...kept, version: 2, state: 'running', lease: { worker: 'w', untilMs: 5 } }, 1);
    await first.remove('gone', 1);
    await using second = await open(directory);
    expect(await second.get('kept')).toMatchObject({ version: 2, state: 'running' });
    expect((await second.held({ limit: 5 })).map((task) => task.id)).toEqual(['kept']);
    expect(await second.byKey('alice', 'k')).toBeDefined();
    expect(await second.get('gone')).toBeUndefined();
    expect(await first.replace({ ...kept, version: 3 }, 1)).toBe(false);
    expect(await second.replace({ ...kept, version: 3 }, 2)).toBe(true);
    expect((await first.get('kept'))?.version).toBe(3);
  });
});

test('a SQLite store that cannot be opened says why in one sentence', async () => {
  const directory = newDirectory();
  await expect(openSqliteStore({ directory: '/proc/nothing/here' })).rejects.toThrow(UsageError);
  const first = await openSqliteStore({ directory });
  await first[Symbol.asyncDispose]();
  const { default: Database } = await import('libsql');
  const database = new Database(join(directory, 'tasks.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  await expect(openSqliteStore({ directory })).rejects.toThrow(/schema version 99; this server knows 1/);
});

test('a worker is gone when its lock is free, and only then', async () => {
  const directory = newDirectory();
  using first = createFilePresence(directory);
  const second = createFilePresence(directory);
  await first.announce('a');
  await second.announce('b');
  expect([await first.isGone('a'), await first.isGone('b'), await second.isGone('a')]).toEqual([false, false, false]);
  expect(await first.isGone('never announced')).toBe(false);
});
