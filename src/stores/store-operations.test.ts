// What a task costs its store, counted exactly: a round trip more on a task's way is seen here, not on somebody's bill.
import { expect, test, vi } from 'vitest';
import { accepted, createKit, requestOf } from '../tasks/testing/engine-kit.ts';
import { guarded } from '../tasks/testing/guarded-store.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { connectionSchema, readAddresses } from './connection.ts';
import { openMemoryStore } from './memory.ts';
import type { TaskStore } from './store.ts';
import { connectionTo } from './testing/engine.ts';
import { describeStores } from './testing/place.ts';
import { openTcpLink } from './testing/tcp-link.ts';

/** A store that knows how often each of its operations was called. */
function counted(store: TaskStore): { readonly store: TaskStore; counts(): Readonly<Record<string, number>> } {
  const counts: Record<string, number> = {};
  const names = ['insert', 'get', 'byKey', 'replace', 'remove', 'list', 'due', 'queued', 'held'] as const;
  const spied = guarded(store, (call) => call());
  for (const name of names) {
    vi.spyOn(spied, name).mockImplementation((...args: readonly unknown[]) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return Reflect.apply(store[name], store, args);
    });
  }
  return { store: spied, counts: () => ({ ...counts }) };
}

const HOUR_MS = 3_600_000; // Nothing is swept, renewed or read again while a task is counted.

test('a task with a key costs its store seven operations from the call to the read of its result', async () => {
  const memory = await openMemoryStore();
  const { store, counts } = counted(memory);
  const { engine } = await createKit({ store, limits: { sweepMs: HOUR_MS, rereadMs: HOUR_MS, leaseMs: HOUR_MS } });
  const atBoot = counts();
  const { id } = await accepted(engine, requestOf({ ms: 0, arguments: work, idempotencyKey: 'k' }));
  await vi.waitFor(async () => expect((await memory.get(id))?.state).toBe('settled'), { timeout: 60_000 });
  await engine.get('alice', id);
  expect(atBoot).toEqual({ held: 1, queued: 1 });
  // The look for the key and the record; a read and a write to claim it, one before its effect, one with its result; the read.
  expect(counts()).toEqual({ ...atBoot, byKey: 1, insert: 1, get: 2, replace: 3 });
  await engine[Symbol.asyncDispose]();
});

const work = { token: 'token', ms: 0, mode: 'repeatable' };

/** Round trips of each operation to the store's engine. */
const EACH_ONE = {
  ...{ insert: 1, insertWithKey: 1, keyTaken: 1, get: 1, byKey: 1, freeKey: 1, replace: 1, replaceTooLate: 1 },
  ...{ list: 1, due: 1, nothingDue: 1, queued: 1, held: 1, remove: 1, removeWithKey: 1 },
};
const ROUND_TRIPS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  redis: EACH_ONE,
  postgres: { ...EACH_ONE, keyTaken: 2 },
  dynamodb: {
    ...EACH_ONE,
    // The claim and the record; the claim of another, its content and the record.
    ...{ insertWithKey: 2, keyTaken: 3, byKey: 2 },
    // Whose write it was, when the condition does not hold.
    replaceTooLate: 2,
    // An index, and then the records themselves.
    ...{ list: 2, due: 2, queued: 2, held: 2 },
    // The mark, the claim, a look for parts, the record.
    ...{ remove: 3, removeWithKey: 4 },
  },
};

describeStores(
  (id) => `operations of ${id}`,
  ({ engine }) => engine !== undefined,
  ({ meta, load }, id) => {
    test('cost these round trips and no more', async () => {
      if (meta.engine === undefined) throw new Error(`expected ${id} to stand on an engine`);
      const direct = await connectionTo(meta.engine);
      const [address] = readAddresses(meta.engine, direct.url);
      if (address === undefined) throw new Error(`expected the address of ${id}`);
      await using link = await openTcpLink(Number(address.port));
      address.port = String(link.port);
      address.hostname = '127.0.0.1';
      const connection = connectionSchema.parse({ ...direct, url: address.href, poolMax: 1 });
      await using store = await (await load())({ directory: '', connection });
      await everyOperation(store, 'warm', async (_name, call) => void (await call()));
      const counts: Record<string, number> = {};
      await everyOperation(store, 'counted', async (name, call) => {
        const before = link.askedCount();
        await call();
        counts[name] = link.askedCount() - before;
      });
      expect(counts).toEqual(ROUND_TRIPS[id]);
    });
  },
);

async function everyOperation(
  store: TaskStore,
  principal: string,
  doing: (name: string, call: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const plain = taskOf({ id: `${principal}-plain`, principal, createdAt: 1_000 });
  const keyed = taskOf({ id: `${principal}-keyed`, principal, createdAt: 2_000, idempotencyKey: 'k' });
  const running = { ...keyed, version: 2, state: 'running' as const, lease: { worker: 'w', untilMs: 5_000 } };
  await doing('insert', () => store.insert(plain));
  await doing('freeKey', () => store.byKey(principal, 'k'));
  await doing('insertWithKey', () => store.insert(keyed));
  await doing('keyTaken', () => store.insert({ ...keyed, id: `${principal}-other` }));
  await doing('byKey', () => store.byKey(principal, 'k'));
  await doing('get', () => store.get(keyed.id));
  await doing('replace', () => store.replace(running, 1));
  await doing('replaceTooLate', () => store.replace(running, 1));
  await doing('list', () => store.list(principal, { limit: 10 }));
  await doing('queued', () => store.queued({ limit: 10 }));
  await doing('held', () => store.held({ limit: 10 }));
  await doing('due', () => store.due(6_000, 10));
  await doing('nothingDue', () => store.due(10, 10));
  await doing('remove', () => store.remove(plain.id, 1));
  await doing('removeWithKey', () => store.remove(keyed.id, 2));
}
