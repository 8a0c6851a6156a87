import type { EvaluationDocument } from '../harness/model/evaluation/document.ts';
import type { Episode } from '../harness/model/evaluation/episode.ts';
import type { EvaluationComparison } from '../harness/model/evaluation/evaluation-comparison.ts';
import type { Violation } from '../harness/model/evaluation/violation.ts';
import type { ChartData } from './chart-data.ts';
import type { Markup } from './html.ts';

/** All the report of an evaluation is drawn from: what stands in its directory, read. */
export interface ReportedEvaluation {
  readonly directory: string;
  readonly document: EvaluationDocument;
  /** The episodes whose timelines are drawn, in this order. */
  readonly episodes: readonly ReportedEpisode[];
  /** Against an earlier evaluation; null: it was compared with none. */
  readonly baseline: EvaluationComparison | null;
}

export interface ReportedEpisode {
  /** Of episodes.jsonl, from 1. */
  readonly line: number;
  readonly episode: Episode;
  /** Measures in which it falls short, a sentence each. */
  readonly failures: readonly string[];
  /** What its agent did wrong, in the order of time. */
  readonly violations: readonly Violation[];
}

export interface EvaluationSectionInput {
  readonly evaluation: ReportedEvaluation;
  /** Takes the data of a chart for the browser; gives the id its figure must carry. */
  chart(data: ChartData): string;
}

/** One part of the report of an evaluation. */
export interface EvaluationSection {
  readonly id: string;
  readonly title: string;
  /** One word for the row of links at the top. */
  readonly label: string;
  /** null: this evaluation has nothing to show here. */
  render(input: EvaluationSectionInput): Markup | null;
}
