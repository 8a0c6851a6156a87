/** gate.json: what a gate looked at, and what it decided. */
export const GATE_SCHEMA = 'claimcheck/gate@1';

/**
 * pass, fail, or unknown: no evidence. expected: it fails and the baseline file says why it may. stale: the baseline file excuses
 * what does not fail any more. reported: worth reading, and decides nothing.
 */
export type GateStatus = 'pass' | 'fail' | 'unknown' | 'expected' | 'stale' | 'reported';

/** One thing that was looked at. */
export interface GateRow {
  /** Whose run, or what kind of decision. */
  readonly subject: string;
  /** How it is named in a list of expected failures: 'checker lost-tasks', 'fate lost', 'metric polls.value', 'threshold …'. */
  readonly gate: string;
  readonly status: GateStatus;
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly unit: string;
  /** Pairs of runs: how much worse, as a ratio, its 95 % interval and the floor under which nothing counts. Absent: not paired. */
  readonly ratio?: { readonly value: number; readonly low: number; readonly high: number; readonly floor: number };
  /** One clause: why. */
  readonly text: string;
}

export interface GateReport {
  readonly schema: typeof GATE_SCHEMA;
  readonly claimcheck: string;
  readonly kind: 'baseline' | 'paired' | 'self-check';
  readonly outcome: 'regression' | 'no-regression' | 'inconclusive';
  readonly exitCode: number;
  /** One sentence. */
  readonly summary: string;
  /** What is worst stands first. */
  readonly rows: readonly GateRow[];
}

const ORDER: readonly GateStatus[] = ['fail', 'stale', 'unknown', 'expected', 'pass', 'reported'];

/** Worst first; within a status as they came. */
export function sortedRows(rows: readonly GateRow[]): readonly GateRow[] {
  return ORDER.flatMap((wanted) => rows.filter(({ status }) => status === wanted));
}
