import { expect, it } from 'vitest';
import { createStory } from './testing/story.ts';

/** Five seconds at one call a second, the first of which is warm-up. */
const LOAD = {
  id: 'stages',
  model: 'open',
  options: {},
  stages: [{ forMs: 5000, from: 1, to: 1 }],
  warmupMs: 1000,
} as const;

/** Call n is meant to start at n - 1 s, is sent 10 ms late, answered after 20 ms, read after 500 and known at 600. */
function measuredStory() {
  const story = createStory(5, { load: LOAD });
  story.add(0, { kind: 'note', topic: 'load-start' });
  for (const call of [1, 2, 3, 4, 5]) {
    const atMs = (call - 1) * 1000;
    story.add(atMs + 10, { kind: 'gen', call, lateness: 10e6 });
    const create = story.create(atMs + 10, call, { intended: atMs * 1e6 });
    story.ok(atMs + 30, create, { task: `t${call}`, status: 'working' });
    const read = story.read(atMs + 500, call, `t${call}`);
    story.ok(atMs + 500 + call, read, { task: `t${call}`, status: 'completed' });
    story.finish(atMs + 600, call, `t${call}`);
  }
  return story;
}

it('arrivals, results and requests are counted from the end of the warm-up to the end of the schedule', async () => {
  const story = measuredStory();
  story.add(5200, { kind: 'note', topic: 'drained' });
  const counter = (unit: string, value: number) => ({ type: 'counter', unit, value });
  expect(await story.measure('arrivals-per-second')).toEqual(counter('calls/s', 1));
  expect(await story.measure('results-per-second')).toEqual(counter('calls/s', 1));
  expect(await story.measure('requests-per-second')).toEqual(counter('requests/s', 2));
});

it('a load that ended before its warm-up was over has no rates', async () => {
  const story = createStory(1, { load: LOAD });
  story.add(0, { kind: 'note', topic: 'load-start' });
  story.add(900, { kind: 'note', topic: 'drained' });
  expect(await story.measure('results-per-second')).toBeNull();
});

it('create-time counts from the sending, and an attempt without an answer is censored', async () => {
  const story = measuredStory();
  story.create(4700, 5, { attempt: 2 });
  expect(await story.measure('create-time')).toMatchObject({ count: 5, censored: 1, min: 20, max: 20 });
});

it('read-time is one sample a read of its agent, and nothing in a run that is no measured load', async () => {
  const story = measuredStory();
  story.ok(5100, story.read(5000, 5, 't5', { agent: 'auditor', as: 1 }));
  expect(await story.measure('read-time')).toMatchObject({ count: 5, censored: 0, min: 1, p50: 3, max: 5 });
  const other = createStory(1);
  other.ok(20, other.read(0, 1, 't1'));
  expect(await other.measure('read-time')).toBeNull();
});

it('event-loop-delay is what the gauge noted', async () => {
  const story = measuredStory();
  const data = { count: 200, min: 0, mean: 0.4, p50: 0.2, p90: 1, p95: 2, p99: 3, max: 9 };
  story.add(5300, { kind: 'note', topic: 'event-loop', data });
  expect(await story.measure('event-loop-delay')).toEqual({ type: 'trend', unit: 'ms', censored: 0, ...data });
});
