import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, effectiveTtlMs, expiresAt, isExpired } from './due.ts';
import { taskOf } from './testing/task-fixture.ts';

const limits = { defaultMs: 86_400_000, minMs: 1_000, maxMs: 604_800_000 };

test.each([
  ['nothing asked', undefined, 86_400_000],
  ['no limit asked', null, 604_800_000],
  ['zero', 0, 1_000],
  ['negative', -5, 1_000],
  ['minus infinity', Number.NEGATIVE_INFINITY, 1_000],
  ['a fraction', 1_500.2, 1_501],
  ['more than a timer can count', 2 ** 31 + 1, 604_800_000],
  ['infinity', Number.POSITIVE_INFINITY, 604_800_000],
  ['not a number', Number.NaN, 86_400_000],
  ['what is in bounds', 60_000, 60_000],
])('a time to live: %s', (_name, asked, expected) => {
  expect(effectiveTtlMs(asked, limits)).toBe(expected);
});

test('without a maximum a client may have no limit, and 25 days are 25 days', () => {
  const endless = { ...limits, maxMs: null };
  expect(effectiveTtlMs(null, endless)).toBeNull();
  expect(effectiveTtlMs(3e9, endless)).toBe(3e9);
});

test('an effective time to live is whole and within the limits, whatever was asked', () => {
  fc.assert(
    fc.property(fc.double(), (asked) => {
      const ttlMs = effectiveTtlMs(asked, limits);
      expect(Number.isSafeInteger(ttlMs)).toBe(true);
      expect(ttlMs).toBeGreaterThanOrEqual(limits.minMs);
      expect(ttlMs).toBeLessThanOrEqual(limits.maxMs);
    }),
  );
});

test('a task is due at its deadline, its expiry or the end of its lease, whichever is first; a final one at its expiry', () => {
  expect(dueAt(taskOf())).toBe(121_000);
  expect(dueAt(taskOf({ ttlMs: 5_000 }))).toBe(6_000);
  expect(dueAt(taskOf({ state: 'running', lease: { worker: 'w', untilMs: 3_000 } }))).toBe(3_000);
  expect(dueAt(taskOf({ state: 'settled' }))).toBe(86_401_000);
  expect(dueAt(taskOf({ state: 'settled', ttlMs: null }))).toBeNull();
});

test('a task expires at createdAt + ttl, not before', () => {
  const task = taskOf({ ttlMs: 5_000 });
  expect(expiresAt(task)).toBe(6_000);
  expect([isExpired(task, 5_999), isExpired(task, 6_000)]).toEqual([false, true]);
  expect(isExpired(taskOf({ ttlMs: null }), Number.MAX_SAFE_INTEGER)).toBe(false);
});
