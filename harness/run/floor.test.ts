import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { measureFloor } from './floor.ts';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'claimcheck-floor-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

// No limit that a busy machine could reach.
const FOREVER_MS = 60_000;

it('measures round trips that went through the recorder, and as many that did not', async () => {
  const clock = createSystemClock();
  const floor = await measureFloor({ plan: samplePlan(), clock, scratch, budgetMs: FOREVER_MS });
  expect(floor).toEqual({ directMs: expect.any(Number), proxiedMs: expect.any(Number), count: 50 });
  expect(floor?.directMs).toBeGreaterThan(0);
  // Every proxied request passes two hops where a direct one passes one.
  expect(floor?.proxiedMs).toBeGreaterThan(floor?.directMs ?? Number.POSITIVE_INFINITY);
  const lines = readFileSync(join(scratch, 'floor.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('"dir":"out"'))).toHaveLength(55);
  expect(lines.filter((line) => line.includes('"dir":"in"'))).toHaveLength(55);
});

it('measures the wire of an agent where a load goes straight to the server', async () => {
  const clock = createSystemClock();
  const sample = samplePlan();
  const plan = { ...sample, load: { ...sample.load, warmupMs: 0 } };
  const floor = await measureFloor({ plan, clock, scratch, budgetMs: FOREVER_MS });
  expect(floor).toEqual({ directMs: expect.any(Number), wireMs: expect.any(Number), count: 50 });
  const lines = readFileSync(join(scratch, 'floor.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('"dir":"out"'))).toHaveLength(55);
  expect(lines.filter((line) => line.includes('"dir":"in"'))).toHaveLength(55);
});

it('measures the proxy where a measured load has faults, for then its messages go through one', async () => {
  const sample = samplePlan();
  const drop = {
    entry: 'F5#1',
    fault: 'F5',
    name: 'reply-lost',
    trigger: { kind: 'call', call: 1 },
    options: {},
  } as const;
  const plan = { ...sample, load: { ...sample.load, warmupMs: 0 }, faults: [drop] };
  const floor = await measureFloor({ plan, clock: createSystemClock(), scratch, budgetMs: FOREVER_MS });
  expect(floor).toEqual({ directMs: expect.any(Number), proxiedMs: expect.any(Number), count: 50 });
});

it('says nothing when there was no time to measure', async () => {
  expect(await measureFloor({ plan: samplePlan(), clock: createSystemClock(), scratch, budgetMs: 0 })).toBeNull();
});
