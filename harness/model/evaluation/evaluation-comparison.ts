import type { Score } from './document.ts';
import type { EpisodeMode } from './episode.ts';
import type { MeasureMeta } from './measure.ts';

/** One measure of one agent in two evaluations. */
export interface MeasureChange {
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  readonly measure: string;
  readonly before: Score;
  readonly after: Score;
  readonly change: number;
  /** better, worse: the intervals do not meet; same: not one digit differs; unclear: they do, and the intervals meet. */
  readonly verdict: 'better' | 'worse' | 'changed' | 'same' | 'unclear';
}

export interface EvaluationComparison {
  /** What is not the same about the two, in words: then they do not compare like with like. */
  readonly differences: readonly string[];
  readonly measures: readonly MeasureMeta[];
  readonly changes: readonly MeasureChange[];
}
