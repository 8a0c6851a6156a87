import { describe, expect, it } from 'vitest';
import { exponential } from '../backoffs/exponential.ts';
import { fixed } from '../backoffs/fixed.ts';
import { pollInstants } from '../backoffs/schedule.ts';
import { pollModel } from '../metrics/poll-model.ts';
import { createPrng } from '../model/prng.ts';
import { DURATION_LAWS, durationLaw, durationOf } from './duration-law.ts';
import type { Duration } from './scenario-schema.ts';

const DRAWS = 50_000;

function drawn(duration: Duration, seed = 1): number[] {
  const draw = createPrng(seed);
  return Array.from({ length: DRAWS }, () => durationOf(draw, duration));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('laws of durations', () => {
  it('draw one number each, so that what is drawn afterwards stays the same', () => {
    const after = Object.values(DURATION_LAWS).map(({ ms }) => {
      const draw = createPrng(7);
      durationOf(draw, ms);
      return draw.float();
    });
    expect(new Set(after).size).toBe(1);
  });

  it('keep a long tail to its median, its spread and its limit', () => {
    const sorted = drawn({ law: 'lognormal', medianMs: 8000, sigma: 1, mostMs: 60_000 }).sort((a, b) => a - b);
    expect((sorted[DRAWS / 2] ?? 0) / 8000).toBeCloseTo(1, 1);
    expect((sorted[Math.floor(DRAWS * 0.8413)] ?? 0) / (8000 * Math.E)).toBeCloseTo(1, 1);
    expect(sorted.at(-1)).toBe(60_000);
    expect(sorted[0]).toBeGreaterThan(0);
  });

  it('name what is not known', () => {
    expect(() => durationLaw('15-60')).toThrow(/Unknown law '15-60'/);
  });
});

/** What these policies are known to cost: polls a task and mean lag in seconds. */
const VECTORS: readonly (readonly [string, Duration, string, number, number])[] = [
  ['10-15 s', [10_000, 15_000], 'exponential', 4.0, 2.5],
  ['10-15 s', [10_000, 15_000], 'fixed 1', 13.0, 0.5],
  ['10-15 s', [10_000, 15_000], 'fixed 5', 3.0, 2.5],
  ['10-15 s', [10_000, 15_000], 'fixed 0.1', 125.5, 0.05],
  ['10-15 s', [10_000, 15_000], 'gentle', 5.4, 3.44],
  ['15-60 s', [15_000, 60_000], 'exponential', 5.64, 12.84],
  ['15-60 s', [15_000, 60_000], 'fixed 1', 38.0, 0.5],
  ['15-60 s', [15_000, 60_000], 'fixed 5', 8.0, 2.5],
  ['15-60 s', [15_000, 60_000], 'fixed 0.1', 375.6, 0.05],
  ['15-60 s', [15_000, 60_000], 'gentle', 8.2, 4.81],
  ['heavy tail', durationLaw('heavy-tail').ms, 'exponential', 3.76, 5.5],
  ['heavy tail', durationLaw('heavy-tail').ms, 'fixed 1', 13.7, 0.5],
  ['heavy tail', durationLaw('heavy-tail').ms, 'fixed 5', 3.1, 2.52],
  ['heavy tail', durationLaw('heavy-tail').ms, 'fixed 0.1', 132.2, 0.05],
  ['heavy tail', durationLaw('heavy-tail').ms, 'gentle', 4.8, 2.71],
];

const POLICIES: Readonly<Record<string, () => Iterable<number>>> = {
  exponential: () => pollInstants(exponential, { draw: createPrng(0) }),
  'fixed 0.1': () => pollInstants(fixed, { draw: createPrng(0), options: { intervalMs: 100 } }),
  'fixed 1': () => pollInstants(fixed, { draw: createPrng(0) }),
  'fixed 5': () => pollInstants(fixed, { draw: createPrng(0), options: { intervalMs: 5000 } }),
  gentle: () =>
    pollInstants(exponential, { draw: createPrng(0), options: { initialMs: 1000, factor: 1.5, capMs: 10_000 } }),
};

describe('what waiting costs', () => {
  it.each(VECTORS)('for work of %s (%j), polled by %s, is %d polls and %d s of lag', (_, law, policy, polls, lagS) => {
    const costs = drawn(law).flatMap((ms) => pollModel(POLICIES[policy]?.() ?? [], ms) ?? []);
    // A percent of chance in 50,000 draws, and the last digit of the vector.
    expect(Math.abs(mean(costs.map((cost) => cost.polls)) / polls - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean(costs.map((cost) => cost.lagMs)) / 1000 / lagS - 1)).toBeLessThan(0.03);
  });

  it('is 4 polls and 3 s for 12 s, 5 and 15.9 s for 15.1 s, 6 and 29.9 s for 31.1 s, if the wait doubles', () => {
    const costs = [12_000, 15_100, 31_100].map((ms) => pollModel(POLICIES.exponential?.() ?? [], ms));
    expect(costs).toEqual([
      { polls: 4, lagMs: 3000 },
      { polls: 5, lagMs: 15_900 },
      { polls: 6, lagMs: 29_900 },
    ]);
  });
});
