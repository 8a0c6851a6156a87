/** comparison.json: several servers, backoffs or approaches under the same plans, each number with its n and interval. */
export const COMPARISON_SCHEMA = 'claimcheck/comparison@1';

/** What may differ between the cells, in the order in which it is said. */
export const AXES = ['law', 'approach', 'dialect', 'store', 'queue', 'replicas', 'backoff'] as const;
export type Axis = (typeof AXES)[number];

export type Choices = Readonly<Partial<Record<Axis, string>>>;

/** One number of a cell. Intervals hold 95 %. */
export interface Measure {
  /** null: nothing was measured, or too little for this statistic. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Samples: tasks, outages or runs. */
  readonly n: number;
  /** Of a share: how many of the n. */
  readonly count?: number;
  /** Samples that never came: tasks whose end nobody saw. */
  readonly never?: number;
}

export interface MeasureMeta {
  readonly id: string;
  readonly title: string;
  readonly unit: 'share' | 'ms' | 'polls' | 'tokens' | 'requests/s' | 'MiB' | 'operations' | 'bytes';
  readonly better: 'lower' | 'higher';
  readonly description: string;
}

export interface ComparedRun {
  readonly directory: string;
  readonly seed: number;
  readonly valid: boolean | 'unknown';
  readonly exitCode: number;
}

export interface ComparedCell {
  /** Its choices in one word: what its directories are called. */
  readonly id: string;
  readonly choices: Choices;
  /** What this cell runs on beside its choices, where it differs from the others: "on tasks-2025-11-25". */
  readonly note: string | null;
  /** Why there are no numbers; null: there are. */
  readonly unavailable: string | null;
  readonly scenario: string;
  readonly runs: readonly ComparedRun[];
  readonly calls: number;
  readonly measures: Readonly<Record<string, Measure>>;
  /** What polling costs by its rule alone for the durations of these runs; null: that depends on more than the durations. */
  readonly model: { readonly polls: number; readonly lagMs: number } | null;
  /** No other cell under the same conditions has both fewer polls and less lag. */
  readonly isBest: boolean;
}

/** One thing the numbers say, in a sentence. */
export interface ComparisonFinding {
  readonly kind: 'holds' | 'contradicts' | 'note';
  readonly text: string;
}

export interface Comparison {
  readonly schema: typeof COMPARISON_SCHEMA;
  readonly claimcheck: string;
  readonly startedAt: string;
  readonly title: string;
  readonly time: 'real' | 'virtual';
  readonly axes: readonly Axis[];
  /** Axes that are conditions rather than choices: cells are compared where these are equal. */
  readonly conditions: readonly Axis[];
  readonly seeds: readonly number[];
  readonly isInterrupted: boolean;
  readonly cells: readonly ComparedCell[];
  readonly measures: readonly MeasureMeta[];
  readonly findings: readonly ComparisonFinding[];
}

/** Cells by the conditions they share, in order: [text, cells]. One group with an empty text where there are none. */
export function cellGroups({ cells, conditions }: Pick<Comparison, 'cells' | 'conditions'>): readonly CellGroup[] {
  const groups = new Map<string, ComparedCell[]>();
  for (const cell of cells) {
    const name = conditions.map((axis) => cell.choices[axis] ?? '').join(', ');
    groups.set(name, [...(groups.get(name) ?? []), cell]);
  }
  return [...groups].map(([name, members]) => ({ name, cells: members }));
}

export interface CellGroup {
  readonly name: string;
  readonly cells: readonly ComparedCell[];
}

/** What tells a cell from the others of its group. */
export function cellName({ choices, note }: ComparedCell, conditions: readonly Axis[]): string {
  const parts = AXES.filter((axis) => !conditions.includes(axis)).flatMap((axis) => choices[axis] ?? []);
  return [parts.join(', ') || 'as it is', ...(note === null ? [] : [`(${note})`])].join(' ');
}
