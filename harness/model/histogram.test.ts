import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistogram, type DurationHistogram, decodeHistogram } from './histogram.ts';
import { trend } from './percentile.ts';

const PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
/** From below a µs to most of an hour, as many small ones as large ones. */
const durationNs = fc.double({ min: 0, max: 12.5, noNaN: true }).map((exponent) => Math.round(10 ** exponent) - 1);

const holding = (samples: readonly number[]): DurationHistogram => {
  const histogram = createHistogram();
  for (const ns of samples) histogram.record(ns);
  return histogram;
};

describe('a histogram of durations', () => {
  it('says of every percentile what the samples say, to a thousandth of it or a µs', () => {
    fc.assert(
      fc.property(fc.array(durationNs, { minLength: 1, maxLength: 400 }), (samples) => {
        const histogram = holding(samples);
        const exact = trend(
          samples.map((ns) => ns / 1e6),
          { unit: 'ms', censored: 0 },
        );
        expect(histogram.count).toBe(samples.length);
        const pairs = [
          [histogram.min, exact.min],
          [histogram.max, exact.max],
          ...(['p50', 'p90', 'p95', 'p99'] as const).map((name) => [
            histogram.percentile(PERCENTILES[name]),
            exact[name],
          ]),
        ];
        for (const [own = null, theirs = null] of pairs) {
          // Neither says anything where there are too few.
          if (theirs === null) expect(own).toBeNull();
          else expect(Math.abs((own ?? Number.NaN) - theirs)).toBeLessThanOrEqual(theirs / 1024 + 0.002);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('added up from parts is the histogram of the whole, also after it was written and read', () => {
    fc.assert(
      fc.property(fc.array(fc.array(durationNs, { maxLength: 50 }), { minLength: 1, maxLength: 4 }), (parts) => {
        const sum = createHistogram();
        for (const part of parts) sum.add(decodeHistogram(holding(part).encode()));
        const whole = holding(parts.flat());
        expect(sum.count).toBe(whole.count);
        for (const p of Object.values(PERCENTILES)) expect(sum.percentile(p)).toBe(whole.percentile(p));
        expect([sum.min, sum.max]).toEqual([whole.min, whole.max]);
      }),
      { numRuns: 60 },
    );
  });

  it('of nothing says nothing', () => {
    const { count, min, max } = createHistogram();
    expect({ count, min, max, p50: createHistogram().percentile(0.5) }).toEqual({
      count: 0,
      min: null,
      max: null,
      p50: null,
    });
  });
});
