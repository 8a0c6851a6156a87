import { describe, expect, it } from 'vitest';
import { exponentialInstants, fixedInstants, pollModel, takeInstants } from './poll-model.ts';

const SECOND = 1000;

/** Mean polls and lag (s) over task lengths given as quantiles: the same figures for every run, unlike random draws. */
function meanOf(instants: () => Iterable<number>, quantile: (share: number) => number) {
  const draws = 20_000;
  let polls = 0;
  let lagMs = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const outcome = pollModel(instants(), quantile((draw + 0.5) / draws) * SECOND);
    if (outcome === null) throw new Error('the policy gave up');
    polls += outcome.polls;
    lagMs += outcome.lagMs;
  }
  return { polls: polls / draws, lagS: lagMs / draws / SECOND };
}

const uniform = (from: number, to: number) => (share: number) => from + (to - from) * share;

/** Lognormal with median 8 s and sigma 1, by bisection of the normal distribution (error function: Abramowitz-Stegun 7.1.26). */
function lognormal(share: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (normal(middle) < share) low = middle;
    else high = middle;
  }
  return 8 * Math.exp(low);
}

function normal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const k = 1 / (1 + 0.3275911 * x);
  const poly = k * (0.254829592 + k * (-0.284496736 + k * (1.421413741 + k * (-1.453152027 + k * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

describe('poll model', () => {
  it('polls at 1, 3, 7, 15, 31, 61, 91, 121 s and for the 20th time at 481 s when delays double up to 30 s', () => {
    const instants = takeInstants(exponentialInstants(), 20).map((atMs) => atMs / SECOND);
    expect(instants.slice(0, 8)).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
    expect(instants.at(-1)).toBe(481);
  });

  it.each([
    [12, { polls: 4, lagMs: 3000 }],
    [15.1, { polls: 5, lagMs: 15_900 }],
    [31.1, { polls: 6, lagMs: 29_900 }],
    [1, { polls: 1, lagMs: 0 }],
  ])('finds a task of %d s as computed by hand', (lengthS, expected) => {
    expect(pollModel(exponentialInstants(), lengthS * SECOND)).toEqual(expected);
  });

  it('gives up with a policy whose instants end before the task does', () => {
    expect(pollModel([1000, 3000], 3001)).toBeNull();
  });

  it.each([
    ['doubling', () => exponentialInstants(), uniform(10, 15), 4.0, 2.5],
    ['fixed 1 s', () => fixedInstants(1000), uniform(10, 15), 13.0, 0.5],
    ['fixed 5 s', () => fixedInstants(5000), uniform(10, 15), 3.0, 2.5],
    ['fixed 0.1 s', () => fixedInstants(100), uniform(10, 15), 125.5, 0.05],
    [
      '1 s x1.5 cap 10 s',
      () => exponentialInstants({ initialMs: 1000, factor: 1.5, capMs: 10_000 }),
      uniform(10, 15),
      5.3625,
      3.44,
    ],
    ['doubling', () => exponentialInstants(), uniform(15, 60), 5.64, 12.84],
    ['fixed 5 s', () => fixedInstants(5000), uniform(15, 60), 8.0, 2.5],
    ['doubling', () => exponentialInstants(), lognormal, 3.76, 5.5],
    ['fixed 1 s', () => fixedInstants(1000), lognormal, 13.7, 0.5],
  ])('%s costs the polls and lag known for its length law', (_name, instants, quantile, polls, lagS) => {
    const mean = meanOf(instants, quantile);
    // Most known figures come from 200,000 random draws and are rounded to two or three digits.
    expect(Math.abs(mean.polls - polls)).toBeLessThan(Math.max(0.02, polls * 0.006));
    expect(Math.abs(mean.lagS - lagS)).toBeLessThan(0.06);
  });
});
