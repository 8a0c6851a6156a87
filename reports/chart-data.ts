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
  /** Fault windows drawn behind the data; an instant has equal ends and is a mark at the upper edge. */
  readonly bands: readonly {
    readonly from: number;
    readonly to: number;
    /** The server was away. */
    readonly down: boolean;
  }[];
}
