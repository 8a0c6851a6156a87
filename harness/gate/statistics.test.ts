import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrng } from '../model/prng.ts';
import { bootstrapped, meanOf, pairedDifference, quantileOf, shareOf } from './interval.ts';
import { latinSquare } from './latin-square.ts';
import { paretoFront } from './pareto.ts';

describe('intervals', () => {
  it('are the same for the same samples and seed, and hold the value', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 60 }), (samples) => {
        const measure = bootstrapped(samples, meanOf, createPrng(1));
        expect(measure).toEqual(bootstrapped(samples, meanOf, createPrng(1)));
        expect(measure.n).toBe(samples.length);
        expect(measure.low ?? 0).toBeLessThanOrEqual((measure.value ?? 0) + 1e-9);
        expect(measure.high ?? 0).toBeGreaterThanOrEqual((measure.value ?? 0) - 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it('hold the true mean in about 95 of 100 cases', () => {
    const held = Array.from({ length: 300 }, (_, seed) => {
      const draw = createPrng(seed).fork('samples');
      const samples = Array.from({ length: 60 }, () => draw.float());
      const { low, high } = bootstrapped(samples, meanOf, createPrng(seed));
      return (low ?? 1) <= 0.5 && (high ?? 0) >= 0.5;
    }).filter(Boolean).length;
    expect(held).toBeGreaterThan(270);
    expect(held).toBeLessThan(300);
  });

  it('count what never came, and say nothing of a tail without samples', () => {
    expect(bootstrapped([1, null, 1], meanOf, createPrng(1))).toEqual({ value: 1, low: 1, high: 1, n: 2, never: 1 });
    expect(bootstrapped([1, 2, 3], quantileOf(0.99), createPrng(1))).toEqual({
      value: null,
      low: null,
      high: null,
      n: 3,
    });
    expect(bootstrapped([], meanOf, createPrng(1))).toEqual({ value: null, low: null, high: null, n: 0 });
  });

  it('leave open what none of sixty leaves open', () => {
    expect(shareOf(0, 60)).toMatchObject({ value: 0, low: 0, n: 60, count: 0 });
    expect(shareOf(0, 60).high).toBeCloseTo(0.0602, 3);
    // 5 of 50: 4.35 % to 21.36 %.
    expect(shareOf(5, 50).low).toBeCloseTo(0.0435, 3);
    expect(shareOf(5, 50).high).toBeCloseTo(0.2136, 3);
    expect(shareOf(0, 0)).toEqual({ value: null, low: null, high: null, n: 0, count: 0 });
  });

  it('are narrow for the difference of pairs, however wide the samples are', () => {
    const draw = createPrng(3);
    const a = Array.from({ length: 100 }, () => draw.float() * 10_000);
    const b = a.map((value, index) => (index === 7 ? null : value + 100));
    const difference = pairedDifference(a, b, createPrng(1));
    expect(difference.n).toBe(99);
    expect(difference.low).toBeCloseTo(100, 6);
    expect(difference.high).toBeCloseTo(100, 6);
  });
});

describe('the order of runs', () => {
  it('has each cell once in each row and once at each place', () => {
    for (const n of [1, 2, 3, 4, 5, 8, 13]) {
      const square = latinSquare(n);
      const all = Array.from({ length: n }, (_, index) => index);
      for (const row of square) expect([...row].sort((a, b) => a - b)).toEqual(all);
      for (const place of all) expect(square.map((row) => row[place]).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(all);
    }
  });

  it('lets each cell follow each other once where their number is even', () => {
    const follows = latinSquare(6).flatMap((row) => row.slice(1).map((item, place) => `${row[place]}-${item}`));
    expect(new Set(follows).size).toBe(30);
  });
});

describe('the front of best choices', () => {
  it('leaves out what another beats in both, and what was not measured', () => {
    expect(paretoFront([[1, 9], [5, 5], [6, 6], [9, 1], null, [5, 5], [5, 6]])).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});
