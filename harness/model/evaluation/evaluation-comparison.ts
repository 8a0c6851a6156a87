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
  /** Absent: both are in the same time, real or virtual. */
  readonly agreements?: readonly Agreement[];
}

/** How far an agent scores the same in real and in virtual time, by the measures that do not depend on how long things took. */
export interface Agreement {
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  /** Scores that are the same to the last digit. */
  readonly equal: number;
  /** Measures whose scores differ and whose intervals meet, and those whose intervals do not. */
  readonly within: readonly string[];
  readonly apart: readonly string[];
}
