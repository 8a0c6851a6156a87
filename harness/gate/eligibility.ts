import type { Pair } from './paired-ratio.ts';

/** One number of a run that a gate looks at. */
export interface GatedMetric {
  /** How it is written: service.p95. */
  readonly id: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Which quantile it is, 0..1; null: none, and then any number of samples will do. */
  readonly quantile: number | null;
}

// Below this the timers and the scheduler of the machine are what is measured: on a base of less than a millisecond, four in
// ten comparisons of a server with itself differed by more than a tenth.
export const BASE_MS_MIN = 5;
// So many samples beyond the quantile make its place in a run known to within a few percent: p99 needs 1,000, p95 needs 200.
const BEYOND = 10;
// Under this many pairs no interval of a median holds what it promises.
export const PAIRS_MIN = 10;

/** Why a metric is only reported and decides nothing; null: it may decide. */
export function whyNotGated({ quantile, unit }: GatedMetric, pairs: readonly Pair[]): string | null {
  const readings = pairs.flatMap(({ baseline, candidate }) => [baseline, candidate]);
  if (readings.every(({ value }) => value === null)) return 'no run held evidence for it';
  // A server that stopped giving a number must not be excused by that.
  const known = pairs.flatMap(({ baseline }) => (baseline.value === null ? [] : [baseline]));
  if (known.length === 0) return 'the baseline holds no evidence for it';
  if (quantile !== null) {
    const needed = samplesFor(quantile);
    const fewest = Math.min(...known.map(({ samples }) => samples ?? needed));
    if (fewest < needed) return `${fewest} samples a run, and this percentile needs ${needed}`;
  }
  if (unit === 'ms') {
    const bases = known.map(({ value }) => value ?? 0).sort((a, b) => a - b);
    const base = bases[Math.floor(bases.length / 2)] ?? 0;
    if (base < BASE_MS_MIN)
      return `its base is under ${BASE_MS_MIN} ms, where the machine is measured and not the server`;
  }
  return null;
}

/** So many samples must a run have for this quantile to be gated. */
export function samplesFor(quantile: number): number {
  return Math.round(BEYOND / (1 - quantile));
}
