import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBreakers } from './breaker.ts';
import { createServerClock } from './clock.ts';
import type { EngineEvent } from './engine-options.ts';
import type { Outcome } from './task.ts';
import { createKit } from './testing/engine-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WELL: Outcome = { kind: 'result', result: { content: [] } };
const BADLY: Outcome = { kind: 'result', result: { content: [], isError: true } };
const never = () => false;

function bench(failures = 2) {
  const states: string[] = [];
  const observe = (event: EngineEvent) => event.type === 'circuit' && states.push(`${event.tool} ${event.state}`);
  const breakers = createBreakers({ limits: { failures, openMs: 1_000 }, clock: createServerClock(), observe });
  const run = (outcome: Outcome, wasStopped = never) => breakers.run('a', async () => outcome, wasStopped);
  return { breakers, run, states };
}

test('failures in a row open the circuit; then all fail at once and are told when to come again', async () => {
  const { breakers, run, states } = bench();
  expect([await run(BADLY), await run(WELL), await run(BADLY), await run(BADLY)]).toEqual([BADLY, WELL, BADLY, BADLY]);
  await vi.advanceTimersByTimeAsync(400);
  expect(breakers.refusedForMs('a')).toBe(600);
  expect(breakers.refusedForMs('b')).toBe(0);
  expect(await run(WELL)).toEqual({
    kind: 'error',
    error: {
      code: -32_603,
      message: "'a' is unavailable: what it depends on has failed again and again; come again in 600 ms.",
      data: { reason: 'unavailable', retryAfterMs: 600 },
    },
  });
  expect(states).toEqual(['a open']);
});

test('one call looks whether it works again, and the others fail at once meanwhile', async () => {
  const { breakers, run, states } = bench();
  await Promise.all([run(BADLY), run(BADLY)]);
  await vi.advanceTimersByTimeAsync(1_000);
  let finish = (_outcome: Outcome) => {};
  const probe = breakers.run('a', () => new Promise<Outcome>((resolve) => (finish = resolve)), never);
  await vi.advanceTimersByTimeAsync(0);
  expect(await run(WELL)).toMatchObject({ error: { data: { reason: 'unavailable' } } });
  finish(WELL);
  expect(await probe).toBe(WELL);
  expect(await run(WELL)).toBe(WELL);
  expect(states).toEqual(['a open', 'a half-open', 'a closed']);
});

test('a look that finds it still failing, or is stopped, opens the circuit for as long again', async () => {
  const { breakers, run } = bench();
  await Promise.all([run(BADLY), run(BADLY)]);
  for (const wasStopped of [never, () => true]) {
    await vi.advanceTimersByTimeAsync(1_000);
    await run(BADLY, wasStopped);
    expect(breakers.refusedForMs('a')).toBe(1_000);
  }
});

test('work that was taken away says nothing of what it depends on', async () => {
  const { breakers, run } = bench();
  for (let count = 0; count < 5; count++) await run(BADLY, () => true);
  expect(breakers.refusedForMs('a')).toBe(0);
});

test('an engine refuses calls of a tool whose circuit is open before it records them, and fails what was recorded', async () => {
  const kit = await createKit({ limits: { breaker: { failures: 2, openMs: 60_000 } }, concurrency: 1 });
  const call = (token: string, mode: string) =>
    kit.engine.submit({
      ...{ principal: 'alice', tool: 'effect', arguments: { token, ms: 10, mode } },
      ...{ idempotencyKey: null, maxWaitMs: null },
    });
  const answers = await Promise.all(['error', 'throw', 'plain'].map((mode) => call(mode, mode)));
  await vi.advanceTimersByTimeAsync(1_000);
  const [, , queued] = answers;
  if (queued?.kind !== 'accepted') throw new Error('expected the third call to be accepted');
  const settled = await kit.engine.get('alice', queued.task.id);
  expect(settled?.outcome).toMatchObject({ kind: 'error', error: { data: { reason: 'unavailable' } } });
  expect(await call('later', 'plain')).toEqual({ kind: 'unavailable', retryAfterMs: expect.any(Number) });
  expect(kit.effects.begun).toEqual(['error', 'throw']);
  const closed = kit.engine[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(3_000);
  await closed;
});
