import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backoff } from '../model/backoff.ts';
import { createPrng } from '../model/prng.ts';
import { loadAll } from '../model/registry.ts';
import { exponential } from './exponential.ts';
import { fullJitter } from './full-jitter.ts';
import { backoffs } from './index.ts';
import { serverHint } from './server-hint.ts';

const units = await loadAll(backoffs);

function delays(unit: Backoff, count: number, hintMs: number | null = null, seed = 1): number[] {
  const draw = createPrng(seed);
  const { options } = unit.meta;
  return Array.from({ length: count }, (_, index) => unit.delayMs({ poll: index + 1, hintMs, options, draw }));
}

describe('backoffs', () => {
  it('are registered under their ids, with every option as a number', () => {
    expect(Object.keys(backoffs)).toEqual(units.map(({ meta }) => meta.id));
    for (const { meta } of units) {
      expect(meta.description.length).toBeGreaterThan(20);
      for (const value of Object.values(meta.options)) expect(value).toBeTypeOf('number');
    }
  });

  it('give the same delay for the same input and draw', () => {
    for (const unit of units) expect(delays(unit, 30, 700)).toEqual(delays(unit, 30, 700));
  });

  it('stay at or above zero and at or below their cap, for any poll and hint', () => {
    const caps: Record<string, (hintMs: number | null) => number> = {
      exponential: () => 30_000,
      fixed: () => 1000,
      'full-jitter': () => 30_000,
      'server-hint': (hintMs) => Math.max(10, hintMs ?? 1000),
    };
    const inputs = {
      poll: fc.integer({ min: 1, max: 5000 }),
      hintMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
      seed: fc.integer(),
    };
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.record(inputs), (unit, { poll, hintMs, seed }) => {
        const delayMs = unit.delayMs({ poll, hintMs, options: unit.meta.options, draw: createPrng(seed) });
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(caps[unit.meta.id]?.(hintMs) ?? Number.NaN);
      }),
    );
  });

  it('let exponential poll at 1, 3, 7, 15, 31, 61 and 91 s', () => {
    let atMs = 0;
    const instants = delays(exponential, 7).map((delayMs) => {
      atMs += delayMs;
      return atMs / 1000;
    });
    expect(instants).toEqual([1, 3, 7, 15, 31, 61, 91]);
  });

  it('let agents with full jitter poll at different instants', () => {
    const firsts = Array.from({ length: 50 }, (_, seed) => delays(fullJitter, 1, null, seed)[0]);
    expect(new Set(firsts).size).toBeGreaterThan(30);
  });

  it('follow the hint of the server, with a default and a floor', () => {
    expect([null, 0, 3, 250, 60_000].map((hintMs) => delays(serverHint, 1, hintMs)[0])).toEqual([
      1000, 10, 10, 250, 60_000,
    ]);
  });
});
