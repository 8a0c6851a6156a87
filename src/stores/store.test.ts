import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import { createFilePresence } from './file-presence.ts';
import { getAll, replaceAll } from './several.ts';
import { openSqliteStore } from './sqlite.ts';
import type { TaskStore } from './store.ts';
import { startEngine } from './testing/engine.ts';
import { describeStores, newPlace, type StorePlace } from './testing/place.ts';
import { ask, StoreModel, storeCalls } from './testing/store-model.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const everyStore = () => true;
const EQUAL_KEYS = 50;
const MANY = 2_000;

// The contract of store.ts, for every entry of the registry.
describeStores(
  (id) => `store ${id}`,
  everyStore,
  (entry, id) => {
    const place = async (): Promise<StorePlace> => {
      const made = await newPlace(entry);
      ends.push(() => made[Symbol.dispose]());
      return made;
    };
    const open = async () => (await place()).open();

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

    test('reads several records in the order of asking, unknown ones among them', async () => {
      await using store = await open();
      const [a, b] = [taskOf({ id: 'a' }), taskOf({ id: 'b', state: 'queued' })];
      await store.insert(a);
      await store.insert(b);
      expect(await getAll(store, ['b', 'nothing', 'a', 'b\0'])).toEqual([b, undefined, a, undefined]);
      expect(await getAll(store, [])).toEqual([]);
    });

    test('of several writes together each is for itself', async () => {
      await using store = await open();
      const tasks = ['a', 'b', 'c'].map((id) => taskOf({ id, version: 3 }));
      for (const task of tasks) await store.insert(task);
      const writes = tasks.map((task) => ({ task: { ...task, version: 4, statusMessage: 'new' }, expectedVersion: 3 }));
      const [first, second, third] = writes;
      if (first === undefined || second === undefined || third === undefined) throw new Error('expected three writes');
      const gone = { task: taskOf({ id: 'gone', version: 4 }), expectedVersion: 3 };
      const late = { ...second, expectedVersion: 2 };
      expect(await replaceAll(store, [first, late, gone, third])).toEqual([true, false, false, true]);
      expect(await getAll(store, ['a', 'b', 'c', 'gone'])).toEqual([first.task, tasks[1], third.task, undefined]);
    });

    test('of fifty inserts with one key at once one wins, and the others get its record', async () => {
      await using store = await open();
      const tasks = Array.from({ length: EQUAL_KEYS }, (_, number) =>
        taskOf({ id: `task-${number}`, idempotencyKey: 'k' }),
      );
      const answers = await Promise.all(tasks.map((task) => store.insert(task)));
      const winners = answers.filter((answer) => answer.kind === 'inserted');
      const losers = new Set(answers.flatMap((answer) => (answer.kind === 'key-taken' ? [answer.task.id] : [])));
      expect([winners.length, losers.size]).toEqual([1, 1]);
      expect((await store.list('alice', { limit: 5 })).map((task) => task.id)).toEqual([...losers]);
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
      const inOrder = all.map((task) => task.id);
      expect(await walk(2, (page) => store.queued(page))).toEqual(inOrder);
      expect(await walk(2, (page) => store.list('alice', page))).toEqual(inOrder.toReversed());
    });

    test('what is due comes the longest due first, at its moment and not before, and not once it is removed', async () => {
      await using store = await open();
      const queued = taskOf({ id: 'queued', createdAt: 1_000, deadlineAt: 5_000, ttlMs: null });
      const held = taskOf({
        id: 'held',
        createdAt: 2_000,
        deadlineAt: 9_000,
        state: 'running',
        lease: leaseUntil(4_000),
      });
      const over = taskOf({ id: 'over', createdAt: 3_000, state: 'cancelled', ttlMs: 3_000 });
      const kept = taskOf({ id: 'kept', createdAt: 3_000, state: 'cancelled', ttlMs: null });
      for (const task of [queued, held, over, kept]) await store.insert(task);
      const dueIds = async (nowMs: number, limit = 10) => (await store.due(nowMs, limit)).map((task) => task.id);
      expect(await dueIds(3_999)).toEqual([]);
      expect(await dueIds(4_000)).toEqual(['held']);
      expect(await dueIds(6_000)).toEqual(['held', 'queued', 'over']);
      expect(await dueIds(6_000, 2)).toEqual(['held', 'queued']);
      await store.replace({ ...held, lease: leaseUntil(8_000), version: 2 }, 1);
      expect(await store.remove('over', 1)).toBe(true);
      expect(await dueIds(7_999)).toEqual(['queued']);
      expect(await dueIds(Number.MAX_SAFE_INTEGER)).toEqual(['queued', 'held']);
    });

    test('a record is in the scan of its state, and leaves it with that state', async () => {
      await using store = await open();
      const task = taskOf();
      const scans = async () => [(await store.queued({ limit: 5 })).length, (await store.held({ limit: 5 })).length];
      await store.insert(task);
      expect(await scans()).toEqual([1, 0]);
      await store.replace({ ...task, version: 2, state: 'running', lease: leaseUntil(9_000) }, 1);
      expect(await scans()).toEqual([0, 1]);
      await store.replace({ ...task, version: 3, state: 'input_required' }, 2);
      expect(await scans()).toEqual([0, 0]);
      await store.replace({ ...task, version: 4 }, 3);
      expect(await scans()).toEqual([1, 0]);
      await store.remove(task.id, 4);
      expect(await scans()).toEqual([0, 0]);
    });

    test("a list holds a principal's own records, whatever it is called", async () => {
      await using store = await open();
      const principals = [
        'alice',
        'alice ',
        'Alice',
        'alice#1',
        'a"b\\c',
        '{alice}',
        '*',
        'ünï\u{1F600}',
        'x'.repeat(1_500),
      ];
      const own = (principal: string, number: number) =>
        taskOf({ id: `task-${number}`, principal, idempotencyKey: principal });
      for (const [number, principal] of principals.entries()) await store.insert(own(principal, number));
      for (const [number, principal] of principals.entries()) {
        expect(await store.list(principal, { limit: 10 })).toEqual([own(principal, number)]);
        expect(await store.byKey(principal, principal)).toEqual(own(principal, number));
      }
      expect(await store.list('nobody', { limit: 10 })).toEqual([]);
    });

    test('carries a result and arguments of 1 MiB through every read, and through a write that leaves them as they are', async () => {
      await using store = await open();
      const text = bigText();
      const outcome = { kind: 'result' as const, result: { content: [{ type: 'text' as const, text }] } };
      const queued = taskOf({ arguments: { text }, idempotencyKey: 'k' });
      const running = { ...queued, version: 2, state: 'running' as const, lease: leaseUntil(5_000) };
      const settled = { ...queued, version: 3, state: 'settled' as const, outcome };
      await store.insert(queued);
      expect(await store.queued({ limit: 2 })).toEqual([queued]);
      expect(await store.replace(running, 1)).toBe(true);
      expect(await store.held({ limit: 2 })).toEqual([running]);
      expect(await store.replace(settled, 2)).toBe(true);
      expect(await store.get(queued.id)).toEqual(settled);
      expect(await store.byKey('alice', 'k')).toEqual(settled);
      expect(await store.list('alice', { limit: 2 })).toEqual([settled]);
      expect(await store.replace({ ...settled, version: 4, outcome: null }, 1)).toBe(false);
      expect(await store.get(queued.id)).toEqual(settled);
      expect(await store.remove(queued.id, 3)).toBe(true);
      expect(await store.get(queued.id)).toBeUndefined();
    });

    test('keeps thousands of records apart and in order', async () => {
      await using store = await open();
      const all = Array.from({ length: MANY }, (_, number) =>
        taskOf({
          // Not in the order of creation, and several of one moment.
          id: String((number * 7_919) % MANY).padStart(8, '0'),
          principal: `principal-${number % 3}`,
          createdAt: 1_000 + Math.floor(number / 7),
          ...(number % 2 === 0 ? {} : { state: 'running', lease: leaseUntil(50_000 + number) }),
        }),
      );
      for (let start = 0; start < MANY; start += 100) {
        await Promise.all(all.slice(start, start + 100).map((task) => store.insert(task)));
      }
      const inOrder = all.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      const ids = (tasks: readonly TaskRecord[]) => tasks.map((task) => task.id);
      expect(await walk(300, (page) => store.queued(page))).toEqual(ids(inOrder.filter(({ lease }) => lease === null)));
      expect(await walk(300, (page) => store.held(page))).toEqual(ids(inOrder.filter(({ lease }) => lease !== null)));
      const ofOne = inOrder.filter(({ principal }) => principal === 'principal-1').toReversed();
      expect(await walk(300, (page) => store.list('principal-1', page))).toEqual(ids(ofOne));
      const due = inOrder.filter(({ lease }) => lease !== null).toSorted((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0));
      expect(ids(await store.due(52_000, 500))).toEqual(ids(due.slice(0, 500)));
    });

    test('a key that is taken and freed by many at once has one record at a time, and that is found by it', async () => {
      await using store = await open();
      let insertedCount = 0;
      let removedCount = 0;
      const churn = async (worker: number) => {
        for (let round = 0; round < 10; round++) {
          const held = await store.byKey('alice', 'k');
          if (held !== undefined) {
            if (await store.remove(held.id, 1)) removedCount++;
          } else {
            const answer = await store.insert(taskOf({ id: `task-${worker}-${round}`, idempotencyKey: 'k' }));
            if (answer.kind === 'inserted') insertedCount++;
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, worker) => churn(worker)));
      const left = await store.list('alice', { limit: 10 });
      expect(left).toHaveLength(insertedCount - removedCount);
      expect(left.length).toBeLessThanOrEqual(1);
      expect(insertedCount).toBeGreaterThan(1);
      expect(await store.byKey('alice', 'k')).toEqual(left[0]);
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
        // An engine of its own means a table or schema of its own for each run.
        { numRuns: entry.meta.engine === undefined ? 40 : 15 },
      );
    });
  },
);

describeStores(
  (id) => `durable store ${id}`,
  ({ durable }) => durable,
  (entry) => {
    test('keeps everything when it is opened again, also without being closed', async () => {
      using place = await newPlace(entry);
      await using first = await place.open();
      const kept = taskOf({ id: 'kept', idempotencyKey: 'k' });
      await first.insert(kept);
      await first.insert(taskOf({ id: 'gone' }));
      await first.replace({ ...kept, version: 2, state: 'running', lease: leaseUntil(5) }, 1);
      await first.remove('gone', 1);
      await using second = await place.open();
      expect(await second.get('kept')).toMatchObject({ version: 2, state: 'running' });
      expect((await second.held({ limit: 5 })).map((task) => task.id)).toEqual(['kept']);
      expect(await second.byKey('alice', 'k')).toBeDefined();
      expect(await second.get('gone')).toBeUndefined();
      expect(await first.replace({ ...kept, version: 3 }, 1)).toBe(false);
      expect(await second.replace({ ...kept, version: 3 }, 2)).toBe(true);
      expect((await first.get('kept'))?.version).toBe(3);
    });

    test('may be opened for the first time by several at once, and is one store', async () => {
      using place = await newPlace(entry);
      const stores = await Promise.all(Array.from({ length: 5 }, () => place.open()));
      const answers = await Promise.all(
        stores.map((store, number) => store.insert(taskOf({ id: `task-${number}`, idempotencyKey: 'k' }))),
      );
      expect(answers.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
      const seen = await Promise.all(stores.map(async (store) => (await store.list('alice', { limit: 9 })).length));
      expect(seen).toEqual([1, 1, 1, 1, 1]);
      await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
    });
  },
);

describeStores(
  (id) => `the engine of ${id}`,
  ({ engine }) => engine !== undefined,
  ({ meta, load }) => {
    test('may be killed: what was acknowledged is there when it is back, and so is every key', async () => {
      if (meta.engine === undefined) throw new Error(`expected ${meta.id} to stand on an engine`);
      await using engine = await startEngine(meta.engine);
      const options = { directory: newDirectory(), connection: engine.connection() };
      await using store = await (await load())(options);
      expect(store.durability?.detail).toMatch(/\w/);
      const tasks = Array.from({ length: 30 }, (_, number) =>
        taskOf({ id: `task-${number}`, idempotencyKey: `k-${number}` }),
      );
      const inserts = tasks.map((task) => store.insert(task));
      const known = new Set<string>();
      inserts.map((insert, number) => insert.then(() => known.add(`task-${number}`)).catch(() => {}));
      // Some of them are acknowledged, some are on their way.
      await Promise.all(inserts.slice(0, 10));
      await engine.kill();
      await Promise.allSettled(inserts);
      await engine.restart();
      await using reopened = await (await load())(options);
      for (const task of tasks) {
        const answer = await reopened.insert({ ...task, id: `again-${task.id}` });
        const holder = answer.kind === 'key-taken' ? answer.task.id : undefined;
        if (known.has(task.id)) expect(holder).toBe(task.id);
        else expect([task.id, undefined]).toContain(holder);
        expect(await reopened.byKey('alice', task.idempotencyKey ?? '')).toMatchObject({ state: 'queued' });
      }
      expect(known.size).toBeGreaterThanOrEqual(10);
      expect(await reopened.list('alice', { limit: 100 })).toHaveLength(tasks.length);
    });
  },
);

/** Every id of an ordered scan, so many a page. */
async function walk(
  limit: number,
  read: (page: { after?: TaskRecord; limit: number }) => ReturnType<TaskStore['queued']>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  let after: TaskRecord | undefined;
  do {
    const page = await read({ limit, ...(after && { after }) });
    seen.push(...page.map((task) => task.id));
    after = page.at(-1);
  } while (after !== undefined);
  return seen;
}

function leaseUntil(untilMs: number) {
  return { worker: 'w', untilMs };
}

/** 1 MiB in UTF-8, in characters of several lengths, which no cut may break. */
function bigText(): string {
  const pattern = 'a1é€\u{1F600}"\\\n';
  return pattern.repeat(Math.ceil(1_048_576 / Buffer.byteLength(pattern)));
}

test('a SQLite store that cannot be opened says why in one sentence', async () => {
  const directory = newDirectory();
  await expect(openSqliteStore({ directory: '/proc/nothing/here' })).rejects.toThrow(UsageError);
  const first = await openSqliteStore({ directory });
  await first[Symbol.asyncDispose]();
  const { default: Database } = await import('libsql');
  const database = new Database(join(directory, 'tasks.db'));
  database.exec('PRAGMA user_version = 100');
  database.close();
  await expect(openSqliteStore({ directory })).rejects.toThrow(/schema version 100; this server knows/);
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

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-store-'));
  ends.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
