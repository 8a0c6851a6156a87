import type { MetricValue } from './metric-value.ts';
import type { LostShare } from './planned-load.ts';

/** verdict.json: what a run proved. Every list is sorted, so that two verdicts diff. */
export const VERDICT_SCHEMA = 'claimcheck/verdict@1';

export type Validity = true | false | 'unknown';
export type CheckerValidity = Validity | 'not-applicable';

/** One violation, with the history events (seq numbers) that show it. */
export interface Finding {
  readonly invariant: string;
  readonly message: string;
  readonly events: readonly number[];
}

export interface CheckerVerdict {
  readonly id: string;
  readonly title: string;
  readonly invariants: readonly string[];
  readonly valid: CheckerValidity;
  /** Why it is unknown or not applicable. */
  readonly reason?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Worth knowing, leaves the verdict alone (a SHOULD, a short id, a shrunk ttl). */
  readonly warnings?: readonly Finding[];
}

export const FATES = [
  'leaked',
  'wrong',
  'doubled',
  'lost',
  'stuck',
  'expired',
  'unread',
  'settled-failed',
  'settled-ok',
  'orphaned',
  'refused',
  'void',
  'open',
] as const;
export type Fate = (typeof FATES)[number];

export interface ThresholdVerdict {
  readonly expression: string;
  readonly valid: Validity;
  readonly value: number | null;
  readonly applicable?: false;
  readonly reason?: string;
}

export interface CoverageRow {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
  readonly reached: number;
  /** seq of the event that reached it first; null: never. */
  readonly first: number | null;
  readonly applicable?: false;
  readonly reason?: string;
}

export interface FaultRow {
  readonly id: string;
  readonly name: string;
  readonly planned: number;
  readonly verified: number;
  readonly applicable?: false;
  readonly reason?: string;
}

export interface TargetSummary {
  readonly kind: 'reference' | 'command' | 'url' | 'module';
  readonly server: { readonly name: string; readonly version: string } | null;
  readonly dialect: string;
  readonly transport: string;
  readonly store: string | null;
  readonly queue: string | null;
  readonly agents: number;
  readonly backoff: string;
  readonly load: string;
  /** A client that is not ours, by its label or by the name it gave the server; absent: the agents are the harness's own. */
  readonly client?: string;
}

export interface Verdict {
  readonly schema: typeof VERDICT_SCHEMA;
  readonly claimcheck: string;
  readonly scenario: string;
  readonly seed: number;
  readonly time: 'real' | 'virtual';
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly target: TargetSummary;
  /** The history holds no texts of messages (heads), or it cannot be judged again (counts); absent: all of it is there. */
  readonly recorded?: 'heads' | 'counts';
  /** Nothing was started, for this reason (the profile requires what this machine has not); absent: the run took place. */
  readonly notRun?: string;
  /** Parts of a load that were not made: their calls are in no figure and no fate. Absent: all of it was. */
  readonly lostGenerators?: readonly LostShare[];
  /** Worst of checkers and coverage: false > "unknown" > true. */
  readonly valid: Validity;
  readonly exitCode: number;
  readonly checkers: readonly CheckerVerdict[];
  /** A partition: sums to the number of calls. */
  readonly fates: Readonly<Partial<Record<Fate, number>>>;
  /** Effect commits that belong to no call. */
  readonly phantom: number;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly thresholds: readonly ThresholdVerdict[];
  readonly coverage: readonly CoverageRow[];
  readonly faults: readonly FaultRow[];
  readonly replay: string;
}

/** The worst of several: false beats "unknown" beats true. "not-applicable" leaves it alone. Commutative and associative. */
export function worst(validities: Iterable<CheckerValidity>): Validity {
  let result: Validity = true;
  for (const validity of validities) {
    if (validity === false) return false;
    if (validity === 'unknown') result = 'unknown';
  }
  return result;
}
