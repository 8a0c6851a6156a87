import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effect } from '../tools/effect.ts';
import type { Tool } from '../tools/tool.ts';
import { accepted, createKit, requestOf } from './testing/engine-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const knowing: Tool = { ...effect, expectedMs: (args) => Number(args.ms) };

test('a tool that knows how long it takes has its callers told to look when it should be over', async () => {
  const { engine } = await createKit({ tools: new Map([['effect', knowing]]), limits: { pollIntervalMs: 500 } });
  const task = await accepted(engine, requestOf({ ms: 4_000 }));
  expect(task.pollIntervalMs).toBe(4_000);
  const hints: (number | undefined)[] = [];
  for (const stepMs of [1_000, 2_000, 800]) {
    await vi.advanceTimersByTimeAsync(stepMs);
    hints.push((await engine.get('alice', task.id))?.pollIntervalMs);
  }
  expect(hints).toEqual([3_000, 1_000, 500]);
  await vi.advanceTimersByTimeAsync(5_000); // Nothing is left to drain.
  await engine[Symbol.asyncDispose]();
});

test('without an expectation, or with a short one, the usual interval holds', async () => {
  const tools = new Map([['effect', { ...effect, expectedMs: () => 20 }]]);
  for (const options of [{}, { tools }]) {
    const { engine } = await createKit({ ...options, limits: { pollIntervalMs: 500 } });
    const task = await accepted(engine, requestOf({ ms: 4_000 }));
    await vi.advanceTimersByTimeAsync(100);
    expect([task.pollIntervalMs, (await engine.get('alice', task.id))?.pollIntervalMs]).toEqual([500, 500]);
    await vi.advanceTimersByTimeAsync(5_000); // Nothing is left to drain.
    await engine[Symbol.asyncDispose]();
  }
});
