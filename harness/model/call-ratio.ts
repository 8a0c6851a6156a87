/** How much longer the same calls took in one run than in another. */
export interface CallRatio {
  readonly metric: string;
  /** Calls that gave a sample in both runs. */
  readonly pairs: number;
  /** Calls that gave one in one of them only. */
  readonly lone: number;
  /** Medians of the paired calls, ms. */
  readonly baselineMs: number | null;
  readonly candidateMs: number | null;
  /** Median of the ratios candidate / baseline, with its 95 % interval; null: too few pairs, or too short to have one. */
  readonly ratio: { readonly value: number; readonly low: number; readonly high: number } | null;
  /** Within this factor nothing counts. */
  readonly floor: number;
  /** Of these two runs; what two servers differ by, one pair of runs cannot tell. */
  readonly outcome: 'slower' | 'faster' | 'alike' | 'open' | 'unknown';
  /** Why it is unknown. */
  readonly reason: string | null;
}
