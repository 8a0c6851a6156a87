import { percentile } from '../harness/model/percentile.ts';

/** Samples by when they began: seconds of the run, and what was measured. */
export type TimedSample = readonly [atS: number, value: number];

/** A whole number of seconds that gives at most so many parts of a run. */
export function binStep(untilS: number, binsMax = 15): number {
  return [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((step) => untilS / step <= binsMax) ?? 1800;
}

/** The samples of each part of the run, ascending by value. */
export function binned(samples: readonly TimedSample[], stepS: number, untilS: number): readonly (readonly number[])[] {
  const bins = Array.from({ length: Math.max(1, Math.ceil(untilS / stepS)) }, (): number[] => []);
  for (const [atS, value] of samples)
    bins[Math.min(bins.length - 1, Math.max(0, Math.floor(atS / stepS)))]?.push(value);
  return bins.map((values) => values.sort((a, b) => a - b));
}

/** A quantile of each part, in its middle; parts with too few samples have none. `p` 1: the largest. */
export function quantileLine(
  bins: readonly (readonly number[])[],
  p: number,
  stepS: number,
): readonly (readonly [atS: number, value: number])[] {
  return bins.flatMap((ascending, index) => {
    const value = p === 1 ? (ascending.at(-1) ?? null) : percentile(ascending, p);
    return value === null ? [] : [[(index + 0.5) * stepS, Math.round(value * 100) / 100] as const];
  });
}
