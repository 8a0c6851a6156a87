import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStore } from '../stores/memory.ts';
import type { TaskStore } from '../stores/store.ts';
import { CALLBACK_ATTEMPTS_MAX, type CallbackAnswer, type CallbackSender } from './callbacks.ts';
import { createKit } from './testing/engine-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const FAILED: CallbackAnswer = { kind: 'failed', why: 'HTTP 500', isFinal: false };
const TAKEN: CallbackAnswer = { kind: 'taken' };

function outside(answers: readonly CallbackAnswer[] = []) {
  const sent: { readonly id: string; readonly state: string; readonly at: number }[] = [];
  const sender: CallbackSender = {
    async send(task, id) {
      sent.push({ id, state: task.state, at: Date.now() });
      return answers[sent.length - 1] ?? answers.at(-1) ?? TAKEN;
    },
  };
  return { sent, sender };
}

const start = (callbacks: CallbackSender, store?: TaskStore) => createKit({ callbacks, ...(store && { store }) });

const call = {
  ...{ principal: 'alice', tool: 'effect', arguments: { token: 't', ms: 100 } },
  ...{ idempotencyKey: null, maxWaitMs: null, callbackUrl: 'https://example.org/hook' },
};

async function end(kit: Awaited<ReturnType<typeof createKit>>) {
  const closed = kit.engine[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(3_000);
  await closed;
}

test('the end of a task is told once, under one id, and not before it has ended', async () => {
  const { sent, sender } = outside();
  const kit = await start(sender);
  await kit.engine.submit(call);
  await vi.advanceTimersByTimeAsync(90);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([{ id: expect.stringMatching(/^msg_[0-9a-f]{32}$/), state: 'settled', at: expect.any(Number) }]);
  await end(kit);
});

test('a cancelled task is told of, and one whose caller did not ask is not', async () => {
  const { sent, sender } = outside();
  const kit = await start(sender);
  const { callbackUrl: _unwanted, ...plain } = call;
  const asked = await kit.engine.submit(call);
  await kit.engine.submit(plain);
  if (asked.kind !== 'accepted') throw new Error('expected a task');
  await kit.engine.cancel('alice', asked.task.id);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent.map(({ state }) => state)).toEqual(['cancelled']);
  await end(kit);
});

test('what was not taken is sent again under the same id, at growing distances', async () => {
  const { sent, sender } = outside([FAILED, FAILED, FAILED, TAKEN]);
  const kit = await start(sender);
  await kit.engine.submit(call);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
  expect(gaps).toHaveLength(3);
  for (const [index, gap] of gaps.entries()) {
    expect(gap).toBeGreaterThanOrEqual(1_000 * 2 ** index);
    expect(gap).toBeLessThanOrEqual(1_000 * 2 ** index + 300); // at most one sweep late
  }
  await end(kit);
});

test('it gives up after the last attempt, and at once where another would come to the same', async () => {
  for (const [answer, count] of [
    [FAILED, CALLBACK_ATTEMPTS_MAX],
    [{ ...FAILED, isFinal: true } as const, 1],
  ] as const) {
    const { sent, sender } = outside([answer]);
    const kit = await start(sender);
    await kit.engine.submit(call);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sent).toHaveLength(count);
    expect(kit.events.filter(({ type }) => type === 'callback').at(-1)).toEqual({
      type: 'callback',
      answer: 'given-up',
    });
    await end(kit);
  }
});

test('what is still to be told survives the server that was to tell it', async () => {
  const store = await openMemoryStore();
  const first = outside([FAILED]);
  const before = await start(first.sender, store);
  await before.engine.submit(call);
  await vi.advanceTimersByTimeAsync(500);
  await end(before);
  const second = outside();
  const after = await start(second.sender, store);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(second.sent.map(({ id }) => id)).toEqual([first.sent[0]?.id]);
  await end(after);
});

test('of two servers on one store only one sends', async () => {
  const store = await openMemoryStore();
  const { sent, sender } = outside([FAILED, TAKEN]);
  const kits = [await start(sender, store), await start(sender, store)];
  await kits[0]?.engine.submit(call);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(2);
  for (const kit of kits) await end(kit);
});

test('telling changes nothing that a client sees', async () => {
  const { sender } = outside();
  const kit = await start(sender);
  const answer = await kit.engine.submit(call);
  if (answer.kind !== 'accepted') throw new Error('expected a task');
  await vi.advanceTimersByTimeAsync(150);
  const settled = await kit.engine.get('alice', answer.task.id);
  await vi.advanceTimersByTimeAsync(10_000);
  const later = await kit.engine.get('alice', answer.task.id);
  expect(later?.callback).toMatchObject({ attempts: 1, nextAt: null });
  expect({ ...later, callback: null, version: 0 }).toEqual({ ...settled, callback: null, version: 0 });
  await end(kit);
});
