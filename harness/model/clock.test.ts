import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSystemClock } from './clock.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('sleeps longer than a timer can, without waking all the time', async () => {
  const clock = createSystemClock(process.hrtime.bigint());
  let isAwake = false;
  void clock.sleep(60 * DAY_MS).then(() => {
    isAwake = true;
  });
  await vi.advanceTimersByTimeAsync(40 * DAY_MS);
  expect({ isAwake, timers: vi.getTimerCount() }).toEqual({ isAwake: false, timers: 1 });
  await vi.advanceTimersByTimeAsync(21 * DAY_MS);
  expect(isAwake).toBe(true);
});

it('sleeps for as long as the run where a wait has no end', async () => {
  const clock = createSystemClock(process.hrtime.bigint());
  const ended = new AbortController();
  const asleep = clock.sleep(Number.POSITIVE_INFINITY, ended.signal);
  const looked = expect(asleep).rejects.toThrow('the run ended');
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(vi.getTimerCount()).toBe(1);
  ended.abort(new Error('the run ended'));
  await looked;
});
