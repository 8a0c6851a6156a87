import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSlots } from './slots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('so many are taken at once, and those who wait come in the order of asking', async () => {
  const slots = createSlots({ max: 2, waitingMax: 10, waitMsMax: 1_000, of: 'chairs' });
  const [first, second] = [await slots.take(), await slots.take()];
  const came: string[] = [];
  const third = slots.take().then((slot) => {
    came.push('third');
    return slot;
  });
  const fourth = slots.take().then(() => came.push('fourth'));
  await vi.advanceTimersByTimeAsync(500);
  expect(came).toEqual([]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await third;
  expect(came).toEqual(['third']);
  second[Symbol.dispose]();
  await fourth;
  expect(came).toEqual(['third', 'fourth']);
});

test('nobody waits for ever, and a place given up is not handed out', async () => {
  const slots = createSlots({ max: 1, waitingMax: 10, waitMsMax: 1_000, of: 'chairs' });
  const taken = await slots.take();
  const tooLate = expect(slots.take()).rejects.toThrow('all 1 chairs were busy for 1000 ms');
  await vi.advanceTimersByTimeAsync(1_000);
  await tooLate;
  taken[Symbol.dispose]();
  using _next = await slots.take();
  await expect(Promise.race([slots.take(), vi.advanceTimersByTimeAsync(999).then(() => 'waits')])).resolves.toBe(
    'waits',
  );
});

test('when too many wait, the next one is told at once', async () => {
  const slots = createSlots({ max: 1, waitingMax: 1, waitMsMax: 1_000, of: 'chairs' });
  const taken = await slots.take();
  const waits = slots.take();
  await expect(slots.take()).rejects.toThrow('all 1 chairs are busy, and 1 calls wait for one already');
  taken[Symbol.dispose]();
  await waits;
});
