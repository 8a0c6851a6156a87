import type { EpisodeMode } from './episode.ts';

/** One measure that a policy spoils on purpose, beside all other agents under the same law. */
export interface MutantRow {
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  /** Measure id. */
  readonly measure: string;
  /** null: no episode of it had a case. */
  readonly value: number | null;
  /** The worst of the others. null: none of them had a case. */
  readonly next: { readonly agent: string; readonly value: number } | null;
  /** Worse than every other. null: nothing here showed the fault, and `why` says so. */
  readonly isWorst: boolean | null;
  readonly why: string | null;
  /** Of the measures that it does not spoil: no worse than the reference but for 5 %. */
  readonly unremarkable: number;
  readonly others: number;
}
