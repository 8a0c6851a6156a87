import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPrng } from '../model/prng.ts';
import { createEventQueue } from './event-queue.ts';
import type { Owner } from './world.ts';

const owner: Owner = { name: 'harness', isAlive: () => true, draw: createPrng(1), failed: () => {} };

it('gives everything in order of time, and of one instant in the order of asking, without what was cancelled', () => {
  const asked = fc.array(fc.record({ atMs: fc.nat(20), isCancelled: fc.boolean() }));
  fc.assert(
    fc.property(asked, (events) => {
      const queue = createEventQueue();
      const expected: { atMs: number; name: number }[] = [];
      const taken: { atMs: number; name: number }[] = [];
      let last = -1;
      for (const [name, { atMs, isCancelled }] of events.entries()) {
        const scheduled = queue.add(atMs, owner, () => {
          last = name;
        });
        if (isCancelled) {
          scheduled.cancel();
          scheduled.cancel();
        } else expected.push({ atMs, name });
      }
      expect(queue.size).toBe(expected.length);
      for (let next = queue.take(); next !== undefined; next = queue.take()) {
        next.act();
        taken.push({ atMs: next.atMs, name: last });
      }
      expected.sort((a, b) => a.atMs - b.atMs || a.name - b.name);
      expect(taken).toEqual(expected);
      expect(queue.size).toBe(0);
    }),
  );
});

it('takes what is added while others are taken in its turn', () => {
  const queue = createEventQueue();
  const order: string[] = [];
  queue.add(5, owner, () => {
    order.push('first');
    queue.add(5, owner, () => order.push('added at once'));
    queue.add(6, owner, () => order.push('later'));
  });
  queue.add(5, owner, () => order.push('second'));
  for (let next = queue.take(); next !== undefined; next = queue.take()) next.act();
  expect(order).toEqual(['first', 'second', 'added at once', 'later']);
});
