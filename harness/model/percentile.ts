import { mean, quantileSorted } from 'simple-statistics';
import type { TrendValue } from './metric-value.ts';

/** The p-quantile (0 < p < 1) of ascending samples, or null with fewer than 1/(1-p) of them: a tail needs evidence. */
export function percentile(ascending: readonly number[], p: number): number | null {
  // 1/(1-0.95) is 20.000000000000018 in floating point: compare in whole samples.
  const needed = Math.round(1 / (1 - p));
  if (ascending.length < needed) return null;
  return quantileSorted([...ascending], p);
}

/** Summarises samples as a trend. `censored` counts the subjects that never gave a sample. Empty: every statistic is null. */
export function trend(
  samples: readonly number[],
  options: { readonly unit: string; readonly censored: number },
): TrendValue {
  const ascending = [...samples].sort((a, b) => a - b);
  const round = (value: number | null | undefined) => (value == null ? null : Math.round(value * 1000) / 1000);
  return {
    type: 'trend',
    unit: options.unit,
    count: ascending.length,
    censored: options.censored,
    min: round(ascending[0]),
    mean: ascending.length === 0 ? null : round(mean(ascending)),
    p50: round(percentile(ascending, 0.5)),
    p90: round(percentile(ascending, 0.9)),
    p95: round(percentile(ascending, 0.95)),
    p99: round(percentile(ascending, 0.99)),
    max: round(ascending.at(-1)),
  };
}
