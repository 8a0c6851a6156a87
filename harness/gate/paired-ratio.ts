/** One number of the baseline and of the candidate, from two runs of the same plan made right after each other. */
export interface Pair {
  readonly baseline: Reading;
  readonly candidate: Reading;
}

/** What one run gives for a metric. */
export interface Reading {
  /** null: the run held no evidence for it. */
  readonly value: number | null;
  /** Samples behind it; null: it is a count, which stands on nothing smaller. */
  readonly samples: number | null;
  /** Subjects that never gave a sample: the truth is worse than the value. */
  readonly censored: number;
}

// From nothing to something has no ratio; e^20 is beyond every floor and keeps sums finite.
const LOG_MAX = 20;

/**
 * How much worse the candidate is, as the logarithm of a ratio: positive is worse, 0 is equal, log(1.1) is a tenth worse.
 * null: one of the two has no value.
 */
export function worseningOf({ baseline, candidate }: Pair, better: 'lower' | 'higher'): number | null {
  if (baseline.value === null || candidate.value === null) return null;
  const [from, to] = better === 'lower' ? [baseline.value, candidate.value] : [candidate.value, baseline.value];
  if (from === to) return 0;
  if (from <= 0) return LOG_MAX;
  if (to <= 0) return -LOG_MAX;
  return Math.max(-LOG_MAX, Math.min(LOG_MAX, Math.log(to / from)));
}
