// Leases are renewed in one go where the store can: what else happens to those tasks must not be lost on the way.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import type { Replacement, TaskStore } from '../stores/store.ts';
import { createSilentLog, type LogFields, type ServerLog } from '../telemetry/log.ts';
import { accepted, createKit, type EngineKit, requestOf } from './testing/engine-kit.ts';

const LEASE_MS = 900;
const limits = { leaseMs: LEASE_MS, sweepMs: 100, rereadMs: 100 };
const kits: EngineKit[] = [];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  const closed = Promise.all(kits.splice(0).map(({ engine }) => engine[Symbol.asyncDispose]()));
  await vi.advanceTimersByTimeAsync(5_000);
  await closed;
  vi.useRealTimers();
});

interface Spied {
  readonly store: TaskStore;
  readonly groups: (readonly Replacement[])[];
  readonly reads: (readonly string[])[];
}

/** `before` is awaited before several writes land. */
async function spied(before: () => Promise<void> = async () => {}): Promise<Spied> {
  const memory = await openMemoryStore();
  const { getAll, replaceAll } = memory;
  if (getAll === undefined || replaceAll === undefined) throw new Error('expected a store that does several in one go');
  const groups: (readonly Replacement[])[] = [];
  const reads: (readonly string[])[] = [];
  const store: TaskStore = {
    ...memory,
    async getAll(ids) {
      reads.push(ids);
      return getAll(ids);
    },
    async replaceAll(writes) {
      groups.push(writes);
      await before();
      return replaceAll(writes);
    },
  };
  return { store, groups, reads };
}

async function working(
  store: TaskStore,
  tokens: readonly string[],
  log?: ServerLog,
): Promise<{ kit: EngineKit; ids: string[] }> {
  const kit = await createKit({ store, limits, ...(log && { log }) });
  kits.push(kit);
  const ids: string[] = [];
  for (const token of tokens) {
    const { id } = await accepted(kit.engine, requestOf({ arguments: { token, ms: 3_000, mode: 'repeatable' } }));
    ids.push(id);
  }
  return { kit, ids };
}

test('the leases of all that runs are renewed by one write, and looked after by one read', async () => {
  const { store, groups, reads } = await spied();
  const { ids } = await working(store, ['a', 'b', 'c']);
  await vi.advanceTimersByTimeAsync(LEASE_MS - 50);
  expect(groups.map((group) => group.map(({ task }) => task.id))).toEqual([ids, ids]);
  expect(new Set(reads.map((read) => read.join()))).toEqual(new Set([ids.join()]));
  for (const id of ids) expect((await store.get(id))?.lease?.untilMs).toBeGreaterThan(Date.now() + LEASE_MS / 2);
  await vi.advanceTimersByTimeAsync(3_000);
  for (const id of ids) expect((await store.get(id))?.outcome?.kind).toBe('result');
});

test('a task that is cancelled while its lease is on its way stays cancelled', async () => {
  let land = () => {};
  let landing: Promise<void> | undefined = new Promise<void>((resolve) => (land = resolve));
  const { store, groups } = await spied(() => landing ?? Promise.resolve());
  const { kit, ids } = await working(store, ['a', 'b']);
  await vi.advanceTimersByTimeAsync(LEASE_MS / 2);
  expect(groups.length).toBe(1);
  const cancelled = kit.engine.cancel('alice', ids[0] ?? '');
  landing = undefined;
  land();
  await vi.advanceTimersByTimeAsync(50);
  await cancelled;
  expect((await store.get(ids[0] ?? ''))?.state).toBe('cancelled');
  await vi.advanceTimersByTimeAsync(4_000);
  expect((await store.get(ids[0] ?? ''))?.state).toBe('cancelled');
  expect((await store.get(ids[1] ?? ''))?.outcome?.kind).toBe('result');
  expect(kit.effects.committed).toEqual(['b']);
});

test('of leases renewed together, one that another process has changed is renewed by itself', async () => {
  let meddle = async () => {};
  const { store } = await spied(() => meddle());
  const { kit, ids } = await working(store, ['a', 'b']);
  meddle = async () => {
    meddle = async () => {};
    const task = await store.get(ids[0] ?? '');
    if (task !== undefined)
      await store.replace({ ...task, version: task.version + 1, statusMessage: 'noted' }, task.version);
  };
  await vi.advanceTimersByTimeAsync(4_000);
  for (const id of ids) expect((await store.get(id))?.outcome?.kind).toBe('result');
  expect(kit.effects.committed.toSorted()).toEqual(['a', 'b']);
});

test('a store that fails to renew several is told of once, and they go on', async () => {
  let failures = 0;
  const { store } = await spied(async () => {
    failures += 1;
    if (failures === 1) throw new Error('the store failed');
  });
  const told: string[] = [];
  const log = { ...createSilentLog(), error: (_fields: LogFields, text: string) => void told.push(text) };
  const { ids } = await working(store, ['a', 'b', 'c'], log);
  await vi.advanceTimersByTimeAsync(4_000);
  for (const id of ids) expect((await store.get(id))?.outcome?.kind).toBe('result');
  expect(told).toEqual(['failed while renewing 3 leases']);
});
