import { median, quantileSorted } from 'simple-statistics';
import type { Prng } from '../model/prng.ts';

// Nobody is stopped for less than a twentieth: what a machine does by itself from one minute to the next is of that size.
export const FLOOR = Math.log(1.05);
// Where the machine itself makes a quarter of difference, nothing smaller can be ruled out, and so nothing is.
export const FLOOR_MAX = Math.log(1.25);
// Twice what runs of the same server differ by, so that a single lucky half of them does not set the bar.
const MARGIN = 2;
const RESAMPLES = 400;
const HIGH = 0.95;

/**
 * What the median of so many paired log-ratios reaches in 95 of 100 comparisons of a server with itself, as far as pairs tell that
 * differ in more than chance: each ratio is taken from their common median, and drawn with either sign. null: fewer than two.
 */
export function noiseOf(ratios: readonly number[], draw: Prng): number | null {
  if (ratios.length < 2) return null;
  const middle = median([...ratios]);
  const around = ratios.map((ratio) => ratio - middle);
  const medians = Array.from({ length: RESAMPLES }, () =>
    Math.abs(median(around.map(() => draw.pick(around) * (draw.chance(0.5) ? 1 : -1)))),
  );
  return quantileSorted(
    medians.sort((a, b) => a - b),
    HIGH,
  );
}

/** A worsening up to here is nobody's fault: 5 %, or twice the noise of this very machine, whichever is more. */
export function floorOf(noise: number | null): number {
  return Math.max(FLOOR, MARGIN * (noise ?? 0));
}
