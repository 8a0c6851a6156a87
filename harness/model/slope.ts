/** A straight line through noisy readings, and how sure its direction is. */
export interface Slope {
  /** Change an hour, in the unit of the readings: the median of the slopes between all pairs of blocks. */
  readonly perHour: number;
  /** Its 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** Reading in the middle of the first block, and what the slope makes of it by the last one. */
  readonly start: number;
  readonly end: number;
  readonly blocks: number;
}

export interface Reading {
  /** ns from run start. */
  readonly t: number;
  readonly value: number;
}

/**
 * Memory goes up and down with every collection, so that readings next to each other say nearly the same: they are put together
 * in blocks of equal length first. More blocks would be more of the same; fewer could not tell a slope from chance.
 */
const BLOCKS = 20;
const BLOCKS_MIN = 8;
const NS_PER_HOUR = 3600e9;
/** Standard normal, 97.5 %. */
const Z = 1.959964;

/**
 * The slope of readings over time by Theil and Sen, with Sen's interval. `of`: what stands for a block; the low of memory is what
 * is left after a collection. null: fewer than eight blocks have a reading.
 * Source: P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).
 */
export function slopeOf(readings: readonly Reading[], of: 'low' | 'middle'): Slope | null {
  const points = blocksOf(readings, of);
  const first = points[0];
  const last = points.at(-1);
  if (points.length < BLOCKS_MIN || first === undefined || last === undefined) return null;
  const slopes = points
    .flatMap((a, index) => points.slice(index + 1).map((b) => ((b.value - a.value) / (b.t - a.t)) * NS_PER_HOUR))
    .sort((a, b) => a - b);
  const n = points.length;
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (index: number) => slopes[Math.min(slopes.length - 1, Math.max(0, index))] ?? 0;
  const perHour = middleOf(slopes);
  // The line goes through the middle of the readings, not through its first.
  const start = middleOf(points.map(({ t, value }) => value - (perHour * (t - first.t)) / NS_PER_HOUR));
  return {
    perHour,
    low: at(Math.floor((slopes.length - spread) / 2)),
    high: at(Math.ceil((slopes.length + spread) / 2)),
    start,
    end: start + (perHour * (last.t - first.t)) / NS_PER_HOUR,
    blocks: n,
  };
}

function blocksOf(readings: readonly Reading[], of: 'low' | 'middle'): readonly Reading[] {
  const times = readings.map(({ t }) => t);
  const from = times.reduce((least, t) => Math.min(least, t), Number.POSITIVE_INFINITY);
  const to = times.reduce((most, t) => Math.max(most, t), Number.NEGATIVE_INFINITY);
  if (!(to > from)) return [];
  const length = (to - from) / BLOCKS;
  const blocks = Array.from({ length: BLOCKS }, (): number[] => []);
  for (const { t, value } of readings) blocks[Math.min(BLOCKS - 1, Math.floor((t - from) / length))]?.push(value);
  return blocks.flatMap((values, index) => {
    if (values.length === 0) return [];
    const value = of === 'low' ? values.reduce((least, one) => Math.min(least, one)) : middleOf(values);
    return [{ t: from + (index + 0.5) * length, value }];
  });
}

function middleOf(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const half = ascending.length / 2;
  const upper = ascending[Math.floor(half)] ?? 0;
  return Number.isInteger(half) ? ((ascending[half - 1] ?? upper) + upper) / 2 : upper;
}
