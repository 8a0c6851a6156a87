import type { CallRatio } from '../harness/model/call-ratio.ts';
import type { CallSamples } from '../harness/model/call-samples.ts';
import type { Drift } from '../harness/model/drift.ts';
import type { FaultMeta } from '../harness/model/fault.ts';
import type { GeneratorsDocument } from '../harness/model/generators.ts';
import type { HistoryIndex } from '../harness/model/history-index.ts';
import type { MetricMeta } from '../harness/model/metric.ts';
import type { Plan } from '../harness/model/plan.ts';
import type { CheckerVerdict, Finding, Verdict } from '../harness/model/verdict.ts';
import type { ChartData } from './chart-data.ts';
import type { Markup } from './html.ts';
import type { ShownTracks } from './shown-tracks.ts';

/** All a report is drawn from: what stands in a run directory, read. */
export interface ReportRun {
  readonly directory: string;
  readonly plan: Plan;
  readonly verdict: Verdict;
  readonly history: HistoryIndex;
  /** environment.json as it is. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** The durations of its calls, metric by metric. */
  readonly samples: readonly CallSamples[];
  /** The part of a measured load that counts; null: nothing was there to be measured. */
  readonly measured: MeasuredLoad | null;
  /** The processes that made the load together; null: one made all of it. */
  readonly generators: GeneratorsDocument | null;
  /** Earlier runs of the same scenario on such a target, oldest first. */
  readonly trend: readonly TrendRun[];
  /** The last lines each boot of the server wrote to stderr. */
  readonly stderr: readonly { readonly boot: number; readonly tail: string }[];
}

/** When a load ran, ns from run start, and what grew while it did. */
export interface MeasuredLoad {
  /** What is ms in the plan's load counts from here. */
  readonly originT: number;
  /** The warm-up is over. */
  readonly fromT: number;
  readonly toT: number;
  /** Empty: nobody read what the processes hold, or too seldom. */
  readonly drifts: readonly Drift[];
}

/** An earlier run, as it was judged then. */
export interface TrendRun extends Pick<Verdict, 'startedAt' | 'seed' | 'valid' | 'fates' | 'metrics'> {
  readonly name: string;
  /** Its times may be compared. */
  readonly isSameMachine: boolean;
}

/** Two of several runs, by their places, whose calls are the same: the earlier one is the baseline. */
export interface RunRatios {
  readonly baseline: number;
  readonly candidate: number;
  readonly rows: readonly CallRatio[];
}

/** Titles and explanations of metrics, by id; an id that is missing here is shown as it is. */
export type MetricWords = Readonly<Record<string, Pick<MetricMeta, 'title' | 'description' | 'better'>>>;

/** What each fault does, by its code; a code that is missing here is shown by its name alone. */
export type FaultWords = Readonly<Record<string, Pick<FaultMeta, 'title' | 'description' | 'colour'>>>;

/** What a link inside the page needs to know. */
export interface LinkInput {
  readonly run: ReportRun;
  /** Put before every id and after every # of this run: '' for a single run, 'run-2-' for the second of several. */
  readonly prefix: string;
  readonly tracks: ShownTracks;
}

/** The messages that show one violation, drawn. */
export interface Witness {
  readonly id: string;
  readonly checker: CheckerVerdict;
  readonly finding: Finding;
  readonly drawing: Markup;
}

/** One run as a section sees it. */
export interface SectionInput extends LinkInput {
  readonly words: MetricWords;
  readonly faultWords: FaultWords;
  readonly witnesses: readonly Witness[];
  /** Takes the data of a chart for the browser; gives the id its figure must carry. */
  chart(data: ChartData): string;
}

/** One part of a report. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** One word for the row of links at the top. */
  readonly label: string;
  /** null: this run has nothing to show here. */
  render(input: SectionInput): Markup | null;
}
