import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import { createMemoryLedger } from '../tools/effect-ledger.ts';
import type { TaskRecord } from './task.ts';
import { distant } from './testing/distant-store.ts';
import { accepted, createKit, createRecordingLedger, requestOf } from './testing/engine-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A process that takes calls and one that runs work, on one store. */
async function twoProcesses(effects = createRecordingLedger(), [there, back] = [0, 0]) {
  const records = await openMemoryStore();
  const store = there + back === 0 ? records : distant(records, there, back);
  const front = await createKit({ store, effects, role: 'server' });
  const worker = await createKit({ store, effects, role: 'worker' });
  return {
    ...{ front: front.engine, worker: worker.engine, store, effects },
    async [Symbol.asyncDispose]() {
      const closed = [front, worker].map(({ engine }) => engine[Symbol.asyncDispose]());
      await vi.advanceTimersByTimeAsync(5_000);
      await Promise.all(closed);
    },
  };
}

test('work taken on here is run there, and its end is heard of here by who waits and by who follows', async () => {
  await using processes = await twoProcesses();
  const { front } = processes;
  const task = await accepted(front, requestOf({ ms: 600 }));
  const told: string[] = [];
  front.subscribe('alice', ({ state }) => told.push(state), [task.id]);
  const waited = front.wait('alice', task.id, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await waited)?.state).toBe('settled');
  expect(told.at(-1)).toBe('settled');
  expect(processes.effects.committed).toEqual(['token']);
});

test('a process that runs no work begins none, however long nobody else does', async () => {
  const { engine, effects, store } = await createKit({ role: 'server' });
  const { id } = await accepted(engine, requestOf());
  await vi.advanceTimersByTimeAsync(20_000);
  expect([(await store.get(id))?.state, effects.begun]).toEqual(['queued', []]);
  await engine[Symbol.asyncDispose]();
});

test('a cancel here stops the work there', async () => {
  await using processes = await twoProcesses();
  const { front } = processes;
  const { id } = await accepted(front, requestOf({ ms: 60_000 }));
  await vi.advanceTimersByTimeAsync(200);
  expect((await front.get('alice', id))?.state).toBe('running');
  expect((await front.cancel('alice', id)).kind).toBe('cancelled');
  await vi.advanceTimersByTimeAsync(1_100);
  // Nothing runs: the worker ends at once.
  const ended = processes.worker.drain(60_000);
  await vi.advanceTimersByTimeAsync(20);
  await ended;
});

test.each([
  [10, 1],
  [1, 10],
  [7, 7],
])(
  'a cancel in another process and an effect: one of them wins (a store %i ms away and %i ms back)',
  async (there, back) => {
    let cancelledFirst = 0;
    let committedFirst = 0;
    for (let cancelAfterMs = 30; cancelAfterMs < 140; cancelAfterMs += 1) {
      const known = createMemoryLedger();
      const commits: number[] = [];
      await using processes = await twoProcesses(
        {
          begun: [],
          committed: [],
          begin: () => pause(3),
          async commit(token, key, permit) {
            await pause(9); // The outside world takes its time as well.
            const isNew = await known.commit(token, key, permit);
            commits.push(Date.now());
            return isNew;
          },
        },
        [there, back],
      );
      const submitted = accepted(processes.front, requestOf({ ms: 5 }));
      await vi.advanceTimersByTimeAsync(there + back);
      const { id } = await submitted;
      await vi.advanceTimersByTimeAsync(cancelAfterMs);
      let cancelledAt = Number.POSITIVE_INFINITY;
      const cancelled = processes.front.cancel('alice', id).then((answer) => {
        if (answer.kind === 'cancelled') cancelledAt = Date.now();
      });
      await vi.advanceTimersByTimeAsync(1_000);
      await cancelled;
      expect(commits.filter((at) => at >= cancelledAt)).toEqual([]);
      if (commits.length > 0) committedFirst += 1;
      else cancelledFirst += 1;
      const last: TaskRecord | undefined = await settledRecord(processes.store.get(id));
      expect(last?.state).toBe(commits.length > 0 ? 'settled' : 'cancelled');
    }
    expect(cancelledFirst).toBeGreaterThan(0);
    expect(committedFirst).toBeGreaterThan(0);
  },
);

async function settledRecord(read: Promise<TaskRecord | undefined>): Promise<TaskRecord | undefined> {
  await vi.advanceTimersByTimeAsync(50);
  return read;
}
