import { describe, expect, it } from 'vitest';
import type { Arrival, Load } from '../model/load.ts';
import type { LoadStage } from '../model/planned-load.ts';
import { createPrng } from '../model/prng.ts';
import { loadAll } from '../model/registry.ts';
import { closed } from './closed.ts';
import { constantRate } from './constant-rate.ts';
import { loads } from './index.ts';
import { partlyOpen } from './partly-open.ts';
import { stages } from './stages.ts';

const units = await loadAll(loads);

const stagesOf = ({ meta }: Load): readonly LoadStage[] => (meta.isStaged ? [{ forMs: 3000, from: 10, to: 10 }] : []);
const staged = (planned: readonly LoadStage[], options: Readonly<Record<string, number>> = {}) =>
  stages.arrivals({ agents: 2, calls: 0, options, stages: planned, draw: createPrng(3) });

describe('loads', () => {
  it('give every call an agent from 1 to n, the same for the same seed', () => {
    for (const unit of units) {
      const arrivals = () =>
        unit.arrivals({
          agents: 7,
          calls: 30,
          options: unit.meta.options,
          stages: stagesOf(unit),
          draw: createPrng(1),
        });
      expect(arrivals()).toEqual(arrivals());
      expect(new Set(arrivals().map(({ agent }) => agent))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
      const waits = ({ atMs, follows }: Arrival) =>
        (atMs === null) === (unit.meta.model === 'closed' || follows === true);
      expect(arrivals().every(waits)).toBe(true);
    }
  });

  it('let closed agents think between calls and start spread out', () => {
    const arrivals = closed.arrivals({
      agents: 3,
      calls: 7,
      options: { thinkMs: 50, spreadMs: 100 },
      stages: [],
      draw: createPrng(4),
    });
    expect(arrivals.map(({ agent }) => agent)).toEqual([1, 2, 3, 1, 2, 3, 1]);
    expect(arrivals.slice(3).map(({ thinkMs }) => thinkMs)).toEqual([50, 50, 50, 50]);
    const starts = arrivals.slice(0, 3).map(({ thinkMs }) => thinkMs);
    expect(new Set(starts).size).toBe(3);
    expect(Math.max(...starts)).toBeLessThan(100);
  });

  it('let calls at a constant rate start at exact distances', () => {
    const arrivals = constantRate.arrivals({
      agents: 2,
      calls: 4,
      options: { ratePerSecond: 3 },
      stages: [],
      draw: createPrng(1),
    });
    expect(arrivals.map(({ atMs }) => atMs)).toEqual([0, 333, 667, 1000]);
  });

  it('follow their stages without losing an arrival where one stage meets the next', () => {
    const arrivals = staged([
      { forMs: 1000, from: 2, to: 2 },
      { forMs: 500, from: 4, to: 4 },
      { forMs: 1000, from: 0, to: 0 },
      { forMs: 1000, from: 1, to: 1 },
    ]);
    expect(arrivals.map(({ atMs }) => atMs)).toEqual([0, 500, 1000, 1250, 2500]);
    expect(arrivals.map(({ agent }) => agent)).toEqual([1, 2, 1, 2, 1]);
  });

  it('come ever closer on a ramp: after a share s of the time, s squared of the arrivals are due', () => {
    const arrivals = staged([{ forMs: 10_000, from: 0, to: 20 }]);
    expect(arrivals).toHaveLength(100);
    expect(arrivals[25]?.atMs).toBeCloseTo(5000, 1);
    expect(arrivals[81]?.atMs).toBeCloseTo(9000, 1);
  });

  it('keep the rate when they come by chance, and the spread of a Poisson process', () => {
    const instants = staged([{ forMs: 100_000, from: 50, to: 50 }], { byChance: 1 }).map(({ atMs }) => atMs ?? 0);
    // 5000 expected, standard deviation 71.
    expect(Math.abs(instants.length - 5000)).toBeLessThan(300);
    const gaps = instants.slice(1).map((atMs, index) => atMs - (instants[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeGreaterThan(0.95);
    expect(deviation / mean).toBeLessThan(1.05);
  });

  it('let visitors of a partly open load wait for each of their calls before the next', () => {
    const arrivals = partlyOpen.arrivals({
      agents: 5,
      calls: 0,
      options: { callsEach: 3, thinkMs: 40 },
      stages: [{ forMs: 1000, from: 2, to: 2 }],
      draw: createPrng(1),
    });
    const later = (agent: number) => ({ agent, atMs: null, thinkMs: 40, follows: true });
    expect(arrivals).toEqual([
      { agent: 1, atMs: 0, thinkMs: 0 },
      later(1),
      later(1),
      { agent: 2, atMs: 500, thinkMs: 0 },
      later(2),
      later(2),
    ]);
  });
});
