/** A chart over time, as the browser draws it. Times are seconds from run start. */
export interface ChartData {
  readonly id: string;
  readonly type: 'scatter' | 'bar';
  readonly yTitle: string;
  readonly logarithmic: boolean;
  readonly untilS: number;
  readonly series: readonly {
    readonly label: string;
    readonly tone: number;
    /** Drawn as crosses: what never came. */
    readonly crossed?: true;
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
