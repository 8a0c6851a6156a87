/** A chart as the browser draws it: over time, in seconds from run start, unless it has an axis of its own. */
export interface ChartData {
  readonly id: string;
  readonly type: 'scatter' | 'bar';
  readonly yTitle: string;
  readonly logarithmic: boolean;
  readonly untilS: number;
  /** In place of time. `names`: what stands at 0, 1, 2 …, in place of the numbers. */
  readonly xAxis?: {
    readonly title: string;
    readonly from: number;
    readonly to: number;
    readonly names?: readonly string[];
  };
  /** Where the upright axis ends; absent: where the data does. */
  readonly yMax?: number;
  readonly series: readonly {
    readonly label: string;
    readonly tone: number;
    /** Drawn as crosses: what never came. */
    readonly crossed?: true;
    /** A line joins its points. */
    readonly joined?: true;
    /** The line is dashed. */
    readonly dashed?: true;
    /** Which mark its points have, 0 to 3; absent: by its place among the series. */
    readonly mark?: number;
    readonly points: readonly (readonly [number, number])[];
  }[];
  /** What was wrong and when, drawn behind the data and as lanes above it. */
  readonly lanes: readonly ChartLane[];
}

/** One fault, or the server that was away, over the time of the run. */
export interface ChartLane {
  readonly name: string;
  /** Name of a colour of the style sheet, or #rrggbb. */
  readonly colour: string;
  /** 0 to 3: how its shade is hatched; null: plain. */
  readonly hatch: number | null;
  /** It is shaded behind the data, too; else it has its lane alone. */
  readonly isShaded: boolean;
  /** Seconds. What is shorter than can be seen is a mark. */
  readonly windows: readonly (readonly [from: number, to: number])[];
}
