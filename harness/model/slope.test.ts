import { describe, expect, it } from 'vitest';
import { createPrng } from './prng.ts';
import { type Reading, slopeOf } from './slope.ts';

const HOUR = 3600e9;

/** A reading every five seconds over half an hour: a saw of collections on a line, with some chance. */
function saw(perHour: number, seed: number): readonly Reading[] {
  const draw = createPrng(seed);
  return Array.from({ length: 360 }, (_, index) => {
    const t = index * 5e9;
    return { t, value: 100 + (perHour * t) / HOUR + (index % 7) * 4 + draw.float() * 3 };
  });
}

describe('the slope of readings', () => {
  it('is that of the line under the saw, and its interval holds it', () => {
    const slope = slopeOf(saw(30, 1), 'low');
    expect(slope?.perHour).toBeGreaterThan(27);
    expect(slope?.perHour).toBeLessThan(33);
    expect(slope?.low).toBeGreaterThan(20);
    expect(slope?.start).toBeGreaterThan(99.5);
    expect(slope?.start).toBeLessThan(102);
    expect((slope?.end ?? 0) - (slope?.start ?? 0)).toBeCloseTo((slope?.perHour ?? 0) * 0.475, 1);
  });

  it('is told from none in at most one of twenty level runs, or little more', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const slope = slopeOf(saw(0, seed), 'low');
      if (slope !== null && (slope.low > 0 || slope.high < 0)) alarms += 1;
    }
    // 5 % of 200 is 10; 20 is more than three standard deviations above.
    expect(alarms).toBeLessThanOrEqual(20);
  });

  it('is found where memory leaks by a tenth an hour', () => {
    for (let seed = 1; seed <= 20; seed += 1) expect(slopeOf(saw(10, seed), 'low')?.low).toBeGreaterThan(0);
  });

  it('is null where there is too little to tell', () => {
    expect(slopeOf([], 'low')).toBeNull();
    expect(slopeOf(saw(0, 1).slice(0, 3), 'middle')).toBeNull();
  });
});
