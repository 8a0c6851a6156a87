/**
 * A hot path beside a baseline, measured in one process, so that the machine and its load cancel out. What counts is the
 * ratio of the two times per unit; it must not exceed `ratioMax`.
 */
export interface Benchmark {
  readonly name: string;
  readonly subject: Timed;
  readonly baseline: Timed & { readonly name: string };
  /** About three times what was seen: it catches another order of growth or a forgotten loop, not a bad day. */
  readonly ratioMax: number;
}

export interface Timed {
  /** How many units (frames, events, replies) one run goes through; more than one where one is too short to time. */
  readonly unitCount: number;
  run(): unknown;
}

/** What a `*.bench.ts` file opens, and closes when its benchmarks were measured. */
export interface BenchmarkSet extends AsyncDisposable {
  readonly benchmarks: readonly Benchmark[];
  /** Why there are none, and how to get what they need. */
  readonly leftOut?: string;
}

/** Every `*.bench.ts` file exports one of these as `openBenchmarks`. */
export type OpenBenchmarks = () => Promise<BenchmarkSet>;

/** A function called so many times over, for what is too short to be timed alone. */
export function repeated(unitCount: number, run: () => unknown): Timed {
  return {
    unitCount,
    run() {
      for (let count = 0; count < unitCount; count++) run();
    },
  };
}

/** The same, one after the other. */
export function repeatedInTurn(unitCount: number, run: () => Promise<unknown>): Timed {
  return {
    unitCount,
    async run() {
      for (let count = 0; count < unitCount; count++) await run();
    },
  };
}
