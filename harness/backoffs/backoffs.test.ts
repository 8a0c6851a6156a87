import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backoff, BackoffInput } from '../model/backoff.ts';
import { createPrng } from '../model/prng.ts';
import { loadAll } from '../model/registry.ts';
import { exponential } from './exponential.ts';
import { fullJitter } from './full-jitter.ts';
import { backoffs } from './index.ts';
import { linear } from './linear.ts';
import { pollInstants } from './schedule.ts';
import { serverHint } from './server-hint.ts';
import { stepped } from './stepped.ts';

const units = await loadAll(backoffs);

function instants(
  unit: Backoff,
  count: number,
  given: Partial<BackoffInput> & { readonly seed?: number } = {},
): number[] {
  const { seed = 1, ...input } = given;
  const endless = pollInstants(unit, { draw: createPrng(seed), ...input });
  return Array.from({ length: count }, () => endless.next().value);
}

function delays(
  unit: Backoff,
  count: number,
  given: Partial<BackoffInput> & { readonly seed?: number } = {},
): number[] {
  const at = instants(unit, count, given);
  return at.map((ms, index) => ms - (at[index - 1] ?? 0));
}

/**
 * Past lengths are spread by up to 1.4 widths of 0.9 σ n^(−1/5), on a logarithmic scale. σ is at most half of what lies between
 * the shortest and the longest, and n is at least 3.
 */
function longestSuggested(pastMs: readonly number[]): number {
  const lengths = pastMs.map((ms) => Math.max(1, ms));
  const longest = Math.max(1, ...lengths);
  return longest * (longest / Math.min(longest, ...lengths)) ** ((1.4 * 0.9 * 3 ** -0.2) / 2);
}

/** Least and most each may wait, with its standard options, after whatever came before. */
const BOUNDS: Record<
  string,
  (input: Pick<BackoffInput, 'hintMs' | 'elapsedMs' | 'pastMs'>) => readonly [number, number]
> = {
  fixed: () => [1000, 1000],
  linear: () => [1000, 30_000],
  exponential: () => [1000, 30_000],
  stepped: () => [1000, 30_000],
  'full-jitter': () => [0, 30_000],
  'equal-jitter': () => [500, 30_000],
  'decorrelated-jitter': () => [1000, 30_000],
  'server-hint': ({ hintMs }) => [Math.max(10, hintMs ?? 1000), Math.max(10, hintMs ?? 1000)],
  'hint-jitter': ({ hintMs }) => [Math.max(10, hintMs ?? 1000), 1.5 * Math.max(10, hintMs ?? 1000)],
  'long-poll': ({ hintMs }) => [Math.max(10, hintMs ?? 1000), Math.max(10, hintMs ?? 1000)],
  push: ({ hintMs }) => [Math.max(10, hintMs ?? 1000), Math.max(10, hintMs ?? 1000)],
  // Never longer than to just after the longest task that past ones suggest, or by the rule for the time that has passed.
  learned: ({ elapsedMs, pastMs }) => [
    100,
    Math.max(1000, Math.sqrt(2000 * elapsedMs) + 1, 1.03 * longestSuggested(pastMs) + 1),
  ],
};

const INPUT = {
  poll: fc.integer({ min: 1, max: 5000 }),
  previousMs: fc.option(fc.integer({ min: 0, max: 30_000 })),
  elapsedMs: fc.integer({ min: 0, max: 10_000_000 }),
  hintMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
  pastMs: fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 128 }),
  seed: fc.integer(),
};

describe('backoffs', () => {
  it('are registered under their ids, with every option as a number', () => {
    expect(Object.keys(backoffs)).toEqual(units.map(({ meta }) => meta.id));
    for (const { meta } of units) {
      expect(meta.description.length).toBeGreaterThan(20);
      for (const value of Object.values(meta.options)) expect(value).toBeTypeOf('number');
    }
  });

  it('give the same delays for the same input and seed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.record(INPUT), (unit, { poll: _poll, ...input }) => {
        expect(instants(unit, 12, input)).toEqual(instants(unit, 12, input));
      }),
    );
  });

  it('stay within their bounds, whatever came before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.record(INPUT), (unit, { seed, ...input }) => {
        const delayMs = unit.delayMs({ ...input, options: unit.meta.options, draw: createPrng(seed) });
        const [least, most] = BOUNDS[unit.meta.id]?.(input) ?? [Number.NaN, Number.NaN];
        expect(delayMs).toBeGreaterThanOrEqual(least);
        expect(delayMs).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('never wait shorter than before where they grow by rule', () => {
    for (const unit of [linear, exponential, stepped]) {
      const waits = delays(unit, 60);
      expect(waits).toEqual([...waits].sort((a, b) => a - b));
    }
  });

  it('leave their past and options as they were', () => {
    const pastMs = Object.freeze([900, 100, 500, 700]);
    for (const unit of units) instants(unit, 5, { pastMs, options: Object.freeze({ ...unit.meta.options }) });
    expect(pastMs).toEqual([900, 100, 500, 700]);
  });

  it('poll at the instants their rules say', () => {
    const seconds = (unit: Backoff) => instants(unit, 8).map((ms) => ms / 1000);
    expect(seconds(exponential)).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
    expect(seconds(stepped)).toEqual([1, 3, 7, 15, 25, 55, 85, 115]);
    expect(seconds(linear)).toEqual([1, 3, 6, 10, 15, 21, 28, 36]);
  });

  it('let twenty doubling polls outlive a limit of five minutes', () => {
    expect(instants(exponential, 20).at(-1)).toBe(481_000);
  });

  it('let agents with jitter poll at different instants', () => {
    for (const id of ['full-jitter', 'equal-jitter', 'decorrelated-jitter', 'hint-jitter']) {
      const unit = units.find(({ meta }) => meta.id === id) ?? fullJitter;
      const firsts = Array.from({ length: 50 }, (_, seed) => instants(unit, 1, { seed })[0]);
      expect(new Set(firsts).size, id).toBeGreaterThan(30);
    }
  });

  it('follow the hint of the server, with a default and a floor', () => {
    expect([null, 0, 3, 250, 60_000].map((hintMs) => delays(serverHint, 1, { hintMs })[0])).toEqual([
      1000, 10, 10, 250, 60_000,
    ]);
  });
});
