// What is measured of a client that is not ours.
import { expect, test } from 'vitest';
import { createStory } from './testing/story.ts';

const OURS = ['retries', 'result-latency', 'poll-interval', 'requests-given-up', 'tasks-cancelled', 'receipts-ignored'];

/** Call 1: given up, sent again, polled twice, fetched. Call 2: a receipt that nobody comes back for. Call 3: cancelled. */
function told(isForeign: boolean) {
  const story = createStory(3, { isForeign });
  const lost = story.create(10, 1);
  story.info(1010, lost, 'timeout');
  const again = story.create(1020, 1, { attempt: 2 });
  story.ok(1030, again, { task: 't1', status: 'working', pollMs: 100 });
  story.ok(1135, story.read(1130, 1, 't1'), { status: 'working' });
  story.ok(1385, story.read(1380, 1, 't1'), { status: 'completed', result: { content: [] } });
  story.ok(2010, story.create(2000, 2), { task: 't2', status: 'working' });
  story.ok(2110, story.create(2100, 3), { task: 't3', status: 'working' });
  story.ok(2210, story.cancel(2200, 3, 't3'), { task: 't3' });
  story.end(3000);
  return story;
}

test('a client is measured by what it did', async () => {
  const story = told(true);
  expect(await story.measure('retries')).toEqual({ type: 'counter', unit: 'requests', value: 1 });
  expect(await story.measure('result-latency')).toMatchObject({ count: 1, censored: 2, min: 1375, max: 1375 });
  expect(await story.measure('poll-interval')).toMatchObject({ count: 2, censored: 0, min: 100, max: 250 });
  expect(await story.measure('requests-given-up')).toMatchObject({ numerator: 1, denominator: 7 });
  expect(await story.measure('tasks-cancelled')).toEqual({ type: 'counter', unit: 'calls', value: 1 });
  expect(await story.measure('receipts-ignored')).toMatchObject({ numerator: 1, denominator: 3 });
  // It says of no result that it knows it, which does not mean that it never did.
  expect(await story.measure('end-to-end')).toBeNull();
});

test('agents of our own say themselves what they do, and a client that did nothing is not measured', async () => {
  for (const id of OURS) expect(await told(false).measure(id), id).toBeNull();
  const silent = createStory(0, { isForeign: true });
  silent.end(10);
  for (const id of OURS) expect(await silent.measure(id), id).toBeNull();
});
