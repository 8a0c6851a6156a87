import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { sampleCall, samplePlan } from '../model/testing/sample-plan.ts';
import { keepFromPolls, POLL_MARGIN_MS_MAX, pollDelays } from './poll-margin.ts';

const EXPONENTIAL = { id: 'exponential', options: { initialMs: 1000, factor: 2, capMs: 30_000 } };
const HINT = { id: 'server-hint', options: { defaultMs: 1000, floorMs: 10 } };

function planWith(backoff: Plan['agents']['backoff'], durationsMs: readonly number[]): Plan {
  const plan = samplePlan();
  const calls = durationsMs.map((ms, index) => ({ ...sampleCall(index + 1), ms }));
  return { ...plan, calls, agents: { ...plan.agents, backoff } };
}

function durationsOf({ calls }: Plan): readonly number[] {
  return calls.map(({ ms }) => ms);
}

test('work that ends near a poll is moved to its distance, and other work is left alone', () => {
  // Polls after 1, 3, 7 and 15 s: the margin is half of the first gap, and 1 s where gaps are long.
  const { plan, marginMs } = keepFromPolls(planWith(EXPONENTIAL, [990, 1000, 3001, 5000, 6999, 12_000, 14_900]));
  expect(durationsOf(plan)).toEqual([500, 2000, 4000, 5000, 6000, 12_000, 14_000]);
  expect(marginMs).toBe(500);
});

test('where the server says when to ask, its interval counts', () => {
  const hinted = planWith(HINT, [0, 499, 501, 1490]);
  expect(keepFromPolls(hinted)).toMatchObject({ marginMs: 250 });
  expect(durationsOf(keepFromPolls(hinted).plan)).toEqual([250, 250, 750, 1250]);
  const slow = { ...hinted, target: { ...hinted.target, settings: { pollIntervalMs: 4000 } } };
  expect(durationsOf(keepFromPolls(slow).plan)).toEqual([1000, 1000, 1000, 1490]);
});

test('polls that are drawn fall anywhere, so the plan is left as it is', () => {
  const plan = planWith({ id: 'full-jitter', options: { initialMs: 200, factor: 2, capMs: 1000 } }, [100, 700]);
  expect(keepFromPolls(plan)).toEqual({ plan, marginMs: null });
});

test('no end of work is nearer to a poll than the margin, whatever the plan', () => {
  const backoff = fc.oneof(
    fc.constant(HINT),
    fc.record({
      id: fc.constant('exponential'),
      options: fc.record({
        initialMs: fc.integer({ min: 20, max: 2000 }),
        factor: fc.integer({ min: 1, max: 4 }),
        capMs: fc.integer({ min: 2000, max: 30_000 }),
      }),
    }),
    fc.record({ id: fc.constant('fixed'), options: fc.record({ intervalMs: fc.integer({ min: 20, max: 5000 }) }) }),
  );
  fc.assert(
    fc.property(backoff, fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1 }), (chosen, durationsMs) => {
      const { plan, marginMs } = keepFromPolls(planWith(chosen, durationsMs));
      const delayMs = pollDelays(plan, 500);
      if (delayMs === null || marginMs === null) throw new Error('expected known instants');
      expect(marginMs).toBeGreaterThan(0);
      expect(marginMs).toBeLessThanOrEqual(POLL_MARGIN_MS_MAX);
      for (const ms of durationsOf(plan)) {
        let atMs = 0;
        for (let poll = 1; atMs < ms + marginMs; poll += 1) {
          expect(Math.abs(atMs - ms)).toBeGreaterThanOrEqual(marginMs);
          atMs += delayMs(poll);
        }
      }
    }),
  );
});
