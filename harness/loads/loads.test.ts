import { describe, expect, it } from 'vitest';
import { createPrng } from '../model/prng.ts';
import { loadAll } from '../model/registry.ts';
import { closed } from './closed.ts';
import { constantRate } from './constant-rate.ts';
import { loads } from './index.ts';

const units = await loadAll(loads);

describe('loads', () => {
  it('give every call an agent from 1 to n, the same for the same seed', () => {
    for (const unit of units) {
      const arrivals = () => unit.arrivals({ agents: 7, calls: 30, options: unit.meta.options, draw: createPrng(1) });
      expect(arrivals()).toEqual(arrivals());
      expect(new Set(arrivals().map(({ agent }) => agent))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
      expect(arrivals().every(({ atMs }) => (atMs === null) === (unit.meta.model === 'closed'))).toBe(true);
    }
  });

  it('let closed agents think between calls and start spread out', () => {
    const arrivals = closed.arrivals({
      agents: 3,
      calls: 7,
      options: { thinkMs: 50, spreadMs: 100 },
      draw: createPrng(4),
    });
    expect(arrivals.map(({ agent }) => agent)).toEqual([1, 2, 3, 1, 2, 3, 1]);
    expect(arrivals.slice(3).map(({ thinkMs }) => thinkMs)).toEqual([50, 50, 50, 50]);
    const starts = arrivals.slice(0, 3).map(({ thinkMs }) => thinkMs);
    expect(new Set(starts).size).toBe(3);
    expect(Math.max(...starts)).toBeLessThan(100);
  });

  it('let calls at a constant rate start at exact distances', () => {
    const arrivals = constantRate.arrivals({ agents: 2, calls: 4, options: { ratePerSecond: 3 }, draw: createPrng(1) });
    expect(arrivals.map(({ atMs }) => atMs)).toEqual([0, 333, 667, 1000]);
  });
});
