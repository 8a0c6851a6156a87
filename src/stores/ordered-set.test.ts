import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrderedSet } from './ordered-set.ts';

const ascending = (a: number, b: number) => a - b;
const numbers = fc.integer({ min: 0, max: 3_000 });

test('holds what was added and not deleted, in order, each once, whatever the sequence', () => {
  const calls = fc.array(fc.tuple(fc.boolean(), numbers), { minLength: 1, maxLength: 2_000 });
  fc.assert(
    fc.property(calls, numbers, (sequence, position) => {
      const set = createOrderedSet(ascending);
      const model = new Set<number>();
      for (const [isAdded, item] of sequence) {
        if (isAdded) set.add(item);
        else set.delete(item);
        if (isAdded) model.add(item);
        else model.delete(item);
      }
      const expected = [...model].sort(ascending);
      expect([...set.after()]).toEqual(expected);
      expect([...set.after(position)]).toEqual(expected.filter((item) => item > position));
      expect(set.size()).toBe(expected.length);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['at the end', (at: number) => at],
  ['at the start', (at: number) => -at],
  ['scattered', (at: number) => (at * 7_919) % 20_011],
])('twenty thousand items, added %s, come out in order and can all be deleted', (_where, itemOf) => {
  const set = createOrderedSet(ascending);
  const items = Array.from({ length: 20_000 }, (_, at) => itemOf(at));
  for (const item of items) set.add(item);
  const sorted = items.toSorted(ascending);
  expect([...set.after()]).toEqual(sorted);
  expect([...set.after(sorted[511])]).toEqual(sorted.slice(512)); // Where one chunk ends and the next begins.
  for (const item of items) set.delete(item);
  expect([[...set.after()], set.size()]).toEqual([[], 0]);
  set.add(1);
  set.clear();
  expect([[...set.after()], set.size()]).toEqual([[], 0]);
});

test('what compares as the same is the same: the one added last is kept', () => {
  const set = createOrderedSet<{ readonly key: number; readonly text: string }>((a, b) => a.key - b.key);
  set.add({ key: 1, text: 'first' });
  set.add({ key: 1, text: 'second' });
  expect([...set.after()]).toEqual([{ key: 1, text: 'second' }]);
});
