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
  /** How the agents were told otherwise, in words: what comes of that is what is compared. Absent: they were told the same. */
  readonly told?: readonly string[];
  readonly measures: readonly MeasureMeta[];
  readonly changes: readonly MeasureChange[];
  /** Absent: both are in the same time, real or virtual. */
  readonly agreements?: readonly Agreement[];
}

/** How far an agent does the same in real and in virtual time, by the measures that do not depend on how long things took. */
export interface Agreement {
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  /** That are in both. */
  readonly episodes: number;
  /** In which the same happened in the same order. */
  readonly alike: number;
  /** Measures that differ all the same in some of them. */
  readonly unequal: readonly string[];
  /** In which a result came before something that it came after in the other time. */
  readonly raced: number;
  /** How far from each other the two moments were at most, ms of the episode. */
  readonly raceMsMax: number | null;
  /** Those that differ for another reason: instance and seed. */
  readonly apart: readonly string[];
  /** Of the scores over all episodes so many are equal to the last digit. */
  readonly scores: { readonly equal: number; readonly all: number };
}
