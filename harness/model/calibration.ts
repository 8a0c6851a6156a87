import type { PlannedWorld } from './plan.ts';
import type { CheckerValidity } from './verdict.ts';

/** calibration.json: the same plans in real and in virtual time, side by side. */
export const CALIBRATION_SCHEMA = 'claimcheck/calibration@1';

export interface Calibration {
  readonly schema: typeof CALIBRATION_SCHEMA;
  readonly claimcheck: string;
  readonly startedAt: string;
  readonly exitCode: number;
  /** What stood in for the machine in virtual time. */
  readonly machine: PlannedWorld;
  readonly comparisons: readonly CalibrationComparison[];
}

/** One plan: all its real runs against its virtual one. */
export interface CalibrationComparison {
  readonly scenario: string;
  readonly seed: number;
  readonly target: {
    readonly dialect: string;
    readonly transport: string;
    readonly store: string | null;
    readonly agents: number;
    readonly calls: number;
  };
  /** With faults, only fates and checks are judged. */
  readonly isFaultless: boolean;
  /** No work ends nearer than this to an instant at which its agent polls, ms; null: the plan was left as it is. */
  readonly pollMarginMs: number | null;
  readonly directories: { readonly real: readonly string[]; readonly virtual: string | null };
  /** true: all agrees or is explained; false: something does not; 'unknown': there was nothing to compare. */
  readonly agrees: boolean | 'unknown';
  readonly exitCode: number;
  readonly noise: CalibrationNoise;
  readonly checks: readonly CalibrationCheck[];
  readonly rows: readonly CalibrationRow[];
  /** Calls whose number of polls differs because their work ended while the deciding poll was under way. */
  readonly ties: readonly CalibrationTie[];
}

/** What this machine was seen to add, by which times may differ; the largest of the real runs. */
export interface CalibrationNoise {
  /** A wait of the harness ends so much late at most, real and virtual together, ms. */
  readonly timerMs: number;
  /** One small exchange through the harness on the machine at rest, ms; null: not measured (stdio). */
  readonly floorMs: number | null;
  /** Requests under way at the same time. */
  readonly exchangesAtOnce: number;
  /** Polls left so much later than they were due (p95, else the maximum), ms; null: when they are due is not known. */
  readonly latenessMs: number | null;
}

/** A checker, or a fate's invariant, that must come out the same. */
export interface CalibrationCheck {
  readonly id: string;
  readonly title: string;
  readonly real: readonly CheckerValidity[];
  readonly virtual: CheckerValidity | null;
  readonly agrees: boolean;
}

/**
 * count: agrees exactly. shape: a count that depends on which events share an instant. machine: a time that the model of the
 * machine puts in. time: one that follows from all of it.
 */
type CalibrationKind = 'count' | 'shape' | 'machine' | 'time';

/** `shown`: not judged. `unknown`: one side has no such number. */
type CalibrationVerdict = 'equal' | 'tie' | 'differs' | 'within' | 'explained' | 'unexplained' | 'shown' | 'unknown';

export interface CalibrationRow {
  /** A metric id, `fate <id>`, or a number of requests, tasks and effects. */
  readonly metric: string;
  readonly title: string;
  /** value, samples, never, p50, p95, max … */
  readonly statistic: string;
  readonly unit: string;
  readonly kind: CalibrationKind;
  /** One a real run, in order; null: that run has none. */
  readonly real: readonly (number | null)[];
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly virtual: number | null;
  /** Virtual minus the median of the real runs. */
  readonly difference: number | null;
  readonly verdict: CalibrationVerdict;
  /** Why it may differ, or why it is not judged. */
  readonly cause?: string;
}

export interface CalibrationTie {
  readonly call: number;
  /** The poll that found its task done in one run and at work in the other; 1 is the first. */
  readonly poll: number;
  /** Index of the real run, from 0. */
  readonly run: number;
  readonly pollsReal: number;
  readonly pollsVirtual: number;
  /** How near the end of the work was to that poll, in the run where it was farther, ms. */
  readonly apartMs: number;
}
