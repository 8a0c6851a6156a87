import { mean, quantileSorted } from 'simple-statistics';
import type { Measure } from '../model/comparison.ts';
import { percentile } from '../model/percentile.ts';
import type { Prng } from '../model/prng.ts';

// Enough for the ends of a 95 % interval to move by little more than a percent of its width.
const RESAMPLES = 400;
const LOW = 0.025;
const HIGH = 0.975;
const Z = 1.959964; // Standard normal, 97.5 %.

/** A statistic of samples in any order; null: too few. */
export type Statistic = (samples: readonly number[]) => number | null;

export const meanOf: Statistic = (samples) => (samples.length === 0 ? null : mean([...samples]));

/** The p-quantile, null with fewer than 1/(1-p) samples. */
export function quantileOf(p: number): Statistic {
  return (samples) =>
    percentile(
      [...samples].sort((a, b) => a - b),
      p,
    );
}

/**
 * A statistic with its bootstrap interval (percentile method, seeded): what it comes to in samples drawn again from these. null
 * samples never came and are counted apart; they say that the truth is worse.
 */
export function bootstrapped(samples: readonly (number | null)[], statistic: Statistic, draw: Prng): Measure {
  const known = samples.filter((sample) => sample !== null);
  const never = samples.length - known.length;
  const value = statistic(known);
  const counts = { n: known.length, ...(never > 0 ? { never } : {}) };
  if (value === null || known.length < 2) return { value, low: null, high: null, ...counts };
  const values: number[] = [];
  const again = new Array<number>(known.length);
  for (let round = 0; round < RESAMPLES; round += 1) {
    for (let index = 0; index < again.length; index += 1) {
      again[index] = known[Math.floor(draw.float() * known.length)] ?? 0;
    }
    const one = statistic(again);
    if (one !== null) values.push(one);
  }
  values.sort((a, b) => a - b);
  return { value, low: quantileSorted(values, LOW), high: quantileSorted(values, HIGH), ...counts };
}

/**
 * A share with its Wilson interval, which says how much "none of 60" leaves open (6 %).
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
export function shareOf(count: number, n: number): Measure {
  if (n === 0) return { value: null, low: null, high: null, n, count };
  const share = count / n;
  const scale = 1 + Z ** 2 / n;
  const middle = (share + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half), n, count };
}

/** The mean difference b − a of samples of the same tasks, with its interval. Pairs in which either never came are left out. */
export function pairedDifference(a: readonly (number | null)[], b: readonly (number | null)[], draw: Prng): Measure {
  const differences = b.flatMap((value, index) => {
    const other = a[index];
    return value === null || other === null || other === undefined ? [] : [value - other];
  });
  return bootstrapped(differences, meanOf, draw);
}
