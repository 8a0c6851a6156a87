import { formatMs } from './format.ts';
import type { PlotAxis } from './line-plot.ts';

/** What took no measurable time stands here, for a logarithmic scale has no zero; the charts over time do the same. */
const LEAST_MS = 0.1;
const TICKS_MAX = 7;

/** A logarithmic axis over all these durations, ms, with ticks at 1, 2 and 5 times powers of ten. */
export function durationAxis(values: Iterable<number>, title: string): PlotAxis {
  let low = Number.POSITIVE_INFINITY;
  let high = LEAST_MS * 10;
  for (const value of values) {
    low = Math.min(low, Math.max(value, LEAST_MS));
    high = Math.max(high, value);
  }
  const from = Math.min(low, high / 2) / 1.1;
  const to = high * 1.1;
  const ticks = logTicks(from, to).map((at) => ({ at, label: formatMs(at) }));
  return { title, from, to, isLogarithmic: true, ticks };
}

/** 1, 2 and 5 times powers of ten between two numbers, thinned out evenly where they are many. */
export function logTicks(from: number, to: number): readonly number[] {
  const powers = Array.from(
    { length: Math.ceil(Math.log10(to)) - Math.floor(Math.log10(from)) + 1 },
    (_, index) => Math.floor(Math.log10(from)) + index,
  );
  const within = (steps: readonly number[]) =>
    powers
      .flatMap((power) => steps.map((step) => Number((step * 10 ** power).toPrecision(3))))
      .filter((tick) => tick >= from && tick <= to);
  const fine = within([1, 2, 5]);
  if (fine.length <= TICKS_MAX) return fine;
  const coarse = within([1]);
  const every = Math.ceil(coarse.length / TICKS_MAX);
  return coarse.filter((_, index) => index % every === 0);
}
