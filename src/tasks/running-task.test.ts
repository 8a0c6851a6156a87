import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import { createMemoryLedger } from '../tools/effect-ledger.ts';
import { createServerClock } from './clock.ts';
import { createTaskHub } from './hub.ts';
import { createRunningTask } from './running-task.ts';
import { createTaskWriter } from './task-writer.ts';
import { accepted, createKit, createRecordingLedger, requestOf } from './testing/engine-kit.ts';
import { taskOf } from './testing/task-fixture.ts';
import { createTurns } from './turns.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 10_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const LEASE_MS = 3_000;

async function running() {
  const store = await openMemoryStore();
  const clock = createServerClock();
  const hub = createTaskHub(() => {});
  const writer = createTaskWriter({ store, clock, hub, observe: () => {} });
  const lease = { worker: 'w', untilMs: Date.now() + LEASE_MS };
  const claimed = taskOf({ state: 'running', lease, fence: 1, deadlineAt: Date.now() + 60_000 });
  await store.insert(claimed);
  const work = createRunningTask(claimed, {
    clock,
    writer,
    ledger: createMemoryLedger(),
    leaseMs: LEASE_MS,
    turns: createTurns(),
  });
  return { store, writer, claimed, work };
}

test('an effect is committed while the task is ours', async () => {
  const { work } = await running();
  expect(await work.effects.commit('t', 'k')).toBe(true);
});

test('no effect after another process cancelled the task, though our lease has not run out', async () => {
  const { work, writer, claimed } = await running();
  await writer.change(claimed.id, () => ({ type: 'cancel', message: 'no' }));
  await expect(work.effects.commit('t', 'k')).rejects.toThrow(/ended or taken over/);
  expect(work.signal.aborted).toBe(true);
});

test('no effect and no outcome after the same worker got it again under a newer fence', async () => {
  const { work, writer, store, claimed } = await running();
  await writer.change(claimed.id, () => ({ type: 'release', message: 'lost' }));
  await writer.change(claimed.id, () => ({ type: 'claim', worker: 'w', leaseUntilMs: Date.now() + LEASE_MS }));
  await expect(work.effects.commit('t', 'k')).rejects.toThrow(/ended or taken over/);
  expect(await work.write({ type: 'finish', outcome: { kind: 'result', result: { content: [] } } })).toBe(false);
  expect(await store.get(claimed.id)).toMatchObject({ state: 'running', fence: 2 });
});

test('a late effect goes out only after the lease was renewed', async () => {
  const { work, store, claimed } = await running();
  vi.setSystemTime(Date.now() + LEASE_MS + 1);
  expect(await work.effects.commit('t', 'k')).toBe(true);
  expect((await store.get(claimed.id))?.lease?.untilMs).toBe(Date.now() + LEASE_MS);
});

test('no effect from a process that stood still between the last look and the effect, longer than its lease', async () => {
  const { claimed, writer } = await running();
  const ledger = createRecordingLedger();
  const clock = createServerClock();
  const paused = {
    ...ledger,
    async commit(token: string, key: string, permit?: () => void) {
      vi.advanceTimersByTime(LEASE_MS);
      permit?.();
      return ledger.commit(token, key);
    },
  };
  const work = createRunningTask(claimed, {
    clock,
    writer,
    ledger: paused,
    leaseMs: LEASE_MS,
    turns: createTurns(),
  });
  await expect(work.effects.commit('t', 'k')).rejects.toThrow(/taken over/);
  expect(ledger.committed).toEqual([]);
  expect(work.signal.aborted).toBe(true);
});

test('a look finds out that another process has ended the task', async () => {
  const { work, writer, claimed, store } = await running();
  work.look(await store.get(claimed.id));
  expect(work.signal.aborted).toBe(false);
  await writer.change(claimed.id, () => ({ type: 'cancel', message: 'no' }));
  work.look(await store.get(claimed.id));
  expect(work.signal.aborted).toBe(true);
});

test('a write that lost a race for the version is tried again on the newer record', async () => {
  const { work, writer, claimed, store } = await running();
  await writer.change(claimed.id, () => ({ type: 'note', message: 'from elsewhere' }));
  expect(await work.write({ type: 'note', message: 'ours' })).toBe(true);
  expect(await store.get(claimed.id)).toMatchObject({ statusMessage: 'ours', version: 3 });
});

test('a cancel waits for an effect that is being committed: what it answers stays the last word', async () => {
  const ledger = createRecordingLedger();
  const slow = {
    ...ledger,
    async commit(token: string, key: string) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return ledger.commit(token, key);
    },
  };
  const { engine } = await createKit({ effects: slow });
  const task = await accepted(engine, requestOf({ ms: 600 }));
  await vi.advanceTimersByTimeAsync(700);
  let committedAtAnswer: number | undefined;
  const cancelled = engine.cancel('alice', task.id).then((answer) => {
    committedAtAnswer = ledger.committed.length;
    return answer;
  });
  await vi.advanceTimersByTimeAsync(2_000);
  await cancelled;
  expect(committedAtAnswer).toBe(1);
  expect(ledger.committed).toEqual(['token']);
  await engine[Symbol.asyncDispose]();
});

/** A task whose store refuses its next writes. */
async function troubled(refusals: number, deadlineMs = 60_000) {
  const { claimed, writer } = await running();
  const ledger = createRecordingLedger();
  let left = refusals;
  const change: typeof writer.changeFrom = async (...args) => {
    left -= 1;
    if (left >= 0) throw new Error('the store is away');
    return writer.changeFrom(...args);
  };
  const task = { ...claimed, deadlineAt: Date.now() + deadlineMs };
  const work = createRunningTask(task, {
    ...{ clock: createServerClock(), ledger, leaseMs: LEASE_MS, turns: createTurns() },
    writer: { ...writer, changeFrom: change },
  });
  return { work, ledger, writer, claimed };
}

test('an effect waits for a store that is away for a while', async () => {
  const { work } = await troubled(3);
  const committed = work.effects.commit('t', 'k');
  await vi.advanceTimersByTimeAsync(50 + 100 + 200);
  expect(await committed).toBe(true);
});

test('an effect does not wait for a store beyond the SLA of its task', async () => {
  const { work } = await troubled(Number.POSITIVE_INFINITY, 1_000);
  const refused = expect(work.effects.commit('t', 'k')).rejects.toThrow('the store is away');
  await vi.advanceTimersByTimeAsync(5_000);
  await refused;
});

test('a task may be ended while its effect waits for the store', async () => {
  const { work } = await troubled(Number.POSITIVE_INFINITY);
  const refused = expect(work.effects.commit('t', 'k')).rejects.toThrow('cancelled');
  await vi.advanceTimersByTimeAsync(60);
  await work.exclusive(async () => work.stop('cancelled'));
  await refused;
});
