import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import { openSqliteStore } from '../stores/sqlite.ts';
import type { TaskStore } from '../stores/store.ts';
import type { SubmitRequest } from './task-engine.ts';
import { accepted, createKit, createRecordingLedger, type EngineKit, requestOf } from './testing/engine-kit.ts';
import { guarded } from './testing/guarded-store.ts';
import { taskOf } from './testing/task-fixture.ts';

const kits: EngineKit[] = [];
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-engine-'));
  // Immediates stay real: SQLite commits in them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
});
afterEach(async () => {
  const closed = Promise.all(kits.splice(0).map(({ engine }) => engine[Symbol.asyncDispose]()));
  await vi.advanceTimersByTimeAsync(5_000);
  await closed;
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

const kit = async (options: Parameters<typeof createKit>[0]) => {
  const made = await createKit(options);
  kits.push(made);
  return made;
};

/** The same store as seen by a process that has been stopped: from `stop` on its calls never return, until `resume`. */
function pausable(store: TaskStore): { readonly store: TaskStore; stop(): void; resume(): void } {
  let gate: Promise<void> | undefined;
  let open = () => {};
  const pass = async <T>(call: () => Promise<T>): Promise<T> => {
    await gate;
    return call();
  };
  return {
    stop() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    resume() {
      gate = undefined;
      open();
    },
    store: guarded(store, pass),
  };
}

const request = (token: string, mode: string, parts: Partial<SubmitRequest> = {}): SubmitRequest =>
  requestOf({ arguments: { token, ms: 600, mode }, ...parts });

test('what a dead process was running is run again where that is safe, else ended with the truth; the queued is run', async () => {
  const effects = createRecordingLedger();
  const disk = await openSqliteStore({ directory });
  const dead = pausable({ ...disk, presence: { announce: async () => {}, isGone: async () => false } });
  const first = await kit({ store: dead.store, effects, concurrency: 2 });
  const again = await accepted(first.engine, request('again', 'repeatable', { idempotencyKey: 'k' }));
  const plain = await accepted(first.engine, request('plain', 'plain'));
  const queued = await accepted(first.engine, request('queued', 'plain'));
  await vi.advanceTimersByTimeAsync(300);
  dead.stop();

  // A new process on the same file, which knows for certain that the old one is dead.
  const reopened = await openSqliteStore({ directory });
  const presence = { announce: async () => {}, isGone: async () => true };
  const second = await kit({ store: { ...reopened, presence }, effects });
  const repeat = await second.engine.submit(request('again', 'repeatable', { idempotencyKey: 'k' }));
  expect(repeat).toMatchObject({ kind: 'accepted', isNew: false, task: { id: again.id } });
  await vi.advanceTimersByTimeAsync(700);
  expect(await second.engine.get('alice', again.id)).toMatchObject({
    ...{ state: 'settled', runs: 2, fence: 2, outcome: { kind: 'result' } },
  });
  expect(await second.engine.get('alice', queued.id)).toMatchObject({ state: 'settled', outcome: { kind: 'result' } });
  const failed = await second.engine.get('alice', plain.id);
  expect(failed?.outcome).toEqual({
    kind: 'error',
    error: {
      code: -32603,
      message:
        "interrupted: The server stopped while this was running. It was not run again because 'effect' with these arguments is not declared safe to repeat.",
      data: { reason: 'interrupted' },
    },
  });
  expect([...effects.committed].sort()).toEqual(['again', 'queued']);

  // The old process was only paused: whatever it does now changes nothing.
  const before = await Promise.all([again, plain, queued].map(({ id }) => second.engine.get('alice', id)));
  dead.resume();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await Promise.all([again, plain, queued].map(({ id }) => second.engine.get('alice', id)))).toEqual(before);
  expect([...effects.committed].sort()).toEqual(['again', 'queued']);
});

test('work of a live process is left alone at boot, and taken over when its lease has run out', async () => {
  const shared = await openMemoryStore();
  const paused = pausable(shared);
  const effects = createRecordingLedger();
  const limits = { leaseMs: 3_000 };
  const first = await kit({ store: paused.store, effects, limits });
  const task = await accepted(first.engine, requestOf({ ms: 10_000, maxWaitMs: 60_000 }));
  await vi.advanceTimersByTimeAsync(1_000);
  const second = await kit({ store: shared, effects, limits });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await shared.get(task.id)).toMatchObject({ state: 'running', runs: 1, fence: 1 });
  paused.stop();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(await second.engine.get('alice', task.id)).toMatchObject({ state: 'running', runs: 2, fence: 2 });
  paused.resume();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(effects.committed).toEqual([]);
  expect(await second.engine.get('alice', task.id)).toMatchObject({ state: 'running', fence: 2 });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(await second.engine.get('alice', task.id)).toMatchObject({ state: 'settled', runs: 2 });
  expect(effects.committed).toEqual(['token']);
});

test('a worker that lost its task commits no effect, however late it comes back', async () => {
  const shared = await openMemoryStore();
  const paused = pausable(shared);
  const effects = createRecordingLedger();
  const first = await kit({ store: paused.store, effects, limits: { leaseMs: 3_000 } });
  const task = await accepted(first.engine, request('late', 'plain'));
  await vi.advanceTimersByTimeAsync(300);
  paused.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  const second = await kit({ store: shared, effects });
  await vi.advanceTimersByTimeAsync(5_000);
  const ended = await second.engine.get('alice', task.id);
  expect(ended).toMatchObject({
    state: 'settled',
    outcome: { kind: 'error', error: { data: { reason: 'interrupted' } } },
  });
  paused.resume();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(effects.committed).toEqual([]);
  expect(await second.engine.get('alice', task.id)).toEqual(ended);
});

test('work of this process survives a pause longer than its lease when nobody took it', async () => {
  const { engine, effects } = await kit({ limits: { leaseMs: 2_000 } });
  const task = await accepted(
    engine,
    request('token', 'plain', { arguments: { token: 'token', ms: 3_000, mode: 'plain' } }),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() + 30_000);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await engine.get('alice', task.id)).toMatchObject({ state: 'settled', outcome: { kind: 'result' }, runs: 1 });
  expect(effects.committed).toEqual(['token']);
});

test.each([2, -2])(
  'a wall clock that is set by %d hours ends nothing that runs, and keeps nothing asleep',
  async (hours) => {
    const { engine, effects } = await kit({});
    const args = { arguments: { token: 'token', ms: 3_000, mode: 'plain' } };
    const task = await accepted(engine, request('token', 'plain', args));
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(Date.now() + hours * 3_600_000);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await engine.get('alice', task.id)).toMatchObject({
      state: 'settled',
      outcome: { kind: 'result' },
      runs: 1,
    });
    expect(effects.committed).toEqual(['token']);
  },
);

test('the SLA of running work holds although the wall clock was set back', async () => {
  const { engine, effects } = await kit({ limits: { slaMs: 5_000 } });
  const task = await accepted(engine, requestOf({ ms: 60_000 }));
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() - 7_200_000);
  await vi.advanceTimersByTimeAsync(4_500);
  expect((await engine.get('alice', task.id))?.statusMessage).toMatch(/timed out after 5000 ms, while it was running/);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(effects.committed).toEqual([]);
});

test('a task whose tool is gone is ended with that reason', async () => {
  const store = await openMemoryStore();
  const tool = 'of yesterday';
  await store.insert(taskOf({ id: 'queued', tool, createdAt: Date.now(), deadlineAt: Date.now() + 9_000 }));
  const lease = { worker: 'dead', untilMs: Date.now() };
  const running = { id: 'running', tool, lease, createdAt: Date.now(), deadlineAt: Date.now() + 9_000 };
  await store.insert(taskOf({ ...running, state: 'running' }));
  const { engine } = await kit({ store });
  await vi.advanceTimersByTimeAsync(500);
  expect((await engine.get('alice', 'queued'))?.statusMessage).toBe(
    "This server has no tool named 'of yesterday' any more.",
  );
  expect((await engine.get('alice', 'running'))?.statusMessage).toMatch(/because this server has no tool named/);
});

test('a waiter hears of a task that another process settled', async () => {
  const shared = await openMemoryStore();
  const first = await kit({ store: shared, concurrency: 1 });
  const task = await accepted(first.engine, requestOf({ ms: 600 }));
  const second = await kit({ store: shared });
  const waited = second.engine.wait('alice', task.id, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await waited)?.state).toBe('settled');
});

test('two engines over one store run each task once', async () => {
  const shared = await openMemoryStore();
  const effects = createRecordingLedger();
  const first = await kit({ store: shared, effects, concurrency: 2 });
  await kit({ store: shared, effects, concurrency: 2 });
  const tokens = Array.from({ length: 20 }, (_, number) => `t${String(number).padStart(2, '0')}`);
  for (const token of tokens) await accepted(first.engine, requestOf({ token, ms: 400 }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect([...effects.committed].sort()).toEqual(tokens);
  expect([...effects.begun].sort()).toEqual(tokens);
});

test('a drain lets short work finish, hands the long back, and refuses new work but not the key of old', async () => {
  const shared = await openMemoryStore();
  const effects = createRecordingLedger();
  const { engine } = await kit({ store: shared, effects, concurrency: 3 });
  const short = await accepted(engine, request('short', 'plain', { idempotencyKey: 'k' }));
  const long = await accepted(engine, requestOf({ token: 'long', ms: 60_000 }));
  const plain = await accepted(engine, requestOf({ arguments: { token: 'plain', ms: 60_000, mode: 'plain' } }));
  const queued = await accepted(engine, request('queued', 'plain'));
  await vi.advanceTimersByTimeAsync(100);
  const drained = engine.drain(2_000);
  expect(await engine.submit(request('new', 'plain'))).toEqual({ kind: 'draining' });
  expect(await engine.submit(request('short', 'plain', { idempotencyKey: 'k' }))).toMatchObject({ kind: 'accepted' });
  await vi.advanceTimersByTimeAsync(2_500);
  await drained;
  expect(await shared.get(short.id)).toMatchObject({ state: 'settled', outcome: { kind: 'result' } });
  expect(await shared.get(long.id)).toMatchObject({ state: 'queued', lease: null });
  expect((await shared.get(plain.id))?.statusMessage).toMatch(/^interrupted: The server was shut down/);
  expect(await shared.get(queued.id)).toMatchObject({ state: 'queued', runs: 0 });
  const next = await kit({ store: shared, effects });
  await vi.advanceTimersByTimeAsync(61_000);
  expect((await next.engine.get('alice', long.id))?.state).toBe('settled');
  expect([...effects.committed].sort()).toEqual(['long', 'queued', 'short']);
});

test('a wait ends with an error when the server goes down', async () => {
  const { engine } = await kit({});
  const task = await accepted(engine, requestOf({ ms: 60_000 }));
  const waited = expect(engine.wait('alice', task.id, new AbortController().signal)).rejects.toThrow(/shut down/);
  const closed = engine[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(3_000);
  await closed;
  await waited;
});

test('an outcome is not lost when the store fails for a while', async () => {
  const store = await openMemoryStore();
  let failures = 3;
  const flaky: TaskStore = {
    ...store,
    replace: (task, version) =>
      task.state === 'settled' && failures-- > 0
        ? Promise.reject(new Error('disk full'))
        : store.replace(task, version),
  };
  const { engine, effects } = await kit({ store: flaky });
  const task = await accepted(engine, requestOf({ ms: 100 }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await engine.get('alice', task.id))?.state).toBe('settled');
  expect(effects.committed).toEqual(['token']);
});

test('a cancel that overtakes the end of the work leaves no effect behind it: one or the other', async () => {
  for (let cancelAtMs = 595; cancelAtMs <= 605; cancelAtMs++) {
    const { engine, effects } = await kit({});
    const task = await accepted(engine, requestOf({ ms: 600 }));
    await vi.advanceTimersByTimeAsync(cancelAtMs);
    const answer = await engine.cancel('alice', task.id);
    const committedAtAnswer = effects.committed.length;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(effects.committed).toHaveLength(committedAtAnswer);
    expect(answer.kind).toBe(cancelAtMs < 600 ? 'cancelled' : 'already-terminal');
  }
});
