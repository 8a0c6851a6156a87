/** What one run at a rate showed. `generator`: the harness itself could not make that rate, so nothing is known of the server. */
export type ProbeOutcome = 'holds' | 'fails' | 'generator' | 'unknown';

/** One run of a search for a capacity. Rates are calls a second. */
export interface ProbeRow {
  readonly rate: number;
  readonly outcome: ProbeOutcome;
  readonly directory: string;
  readonly arrivals: number | null;
  readonly results: number | null;
  readonly ackP95: number | null;
  readonly latenessP99: number | null;
  readonly why: string | null;
}

export const CAPACITY_SCHEMA = 'claimcheck/capacity@1';

/** capacity.json: what was tried, and what it came to. */
export interface CapacityDocument {
  readonly schema: typeof CAPACITY_SCHEMA;
  readonly scenario: string;
  readonly thresholds: readonly string[];
  /** Calls a second, the highest rate that held in every confirming run; null: none was found. */
  readonly rate: number | null;
  /** The lowest rate that did not hold; null: none failed. */
  readonly failsAt: number | null;
  /** The lowest rate that the harness could not make; null: it made all. */
  readonly generatorAt: number | null;
  /** Why there is no rate, or why it may be higher than is said. */
  readonly why: string | null;
  /** Runs that held at the rate that was found, of as many. */
  readonly confirmed: number;
  /** At least this share of runs at that rate hold, with 95 % confidence. */
  readonly sureShare: number;
  readonly probes: readonly ProbeRow[];
}
