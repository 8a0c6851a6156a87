import { expect, test } from 'vitest';
import { createQueueElsewhere } from './elsewhere.ts';

test('takes as much as may wait in the store, counted there now and then, and what came since', async () => {
  let nowMs = 0;
  let stored = 0;
  const queue = createQueueElsewhere({ waitingMax: 2, count: async () => stored, elapsed: () => nowMs });
  const [one, two] = [queue.reserve(), queue.reserve()];
  await Promise.resolve(); // The first look is over.
  expect(queue.reserve()).toBeUndefined();
  await one?.fill('a');
  one?.free();
  two?.free();
  expect(queue.load()).toEqual({ waiting: 1, running: 0 });
  stored = 2; // Others have handed in more.
  nowMs = 2_000;
  queue.reserve()?.free();
  await Promise.resolve();
  expect(queue.reserve()).toBeUndefined();
  stored = 0; // The workers have been here.
  nowMs = 4_000;
  queue.reserve();
  await Promise.resolve();
  expect(queue.reserve()).toBeDefined();
});
