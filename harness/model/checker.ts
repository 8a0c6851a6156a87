import type { HistoryIndex } from './history-index.ts';
import type { Plan } from './plan.ts';
import type { Meta } from './registry.ts';
import type { CheckerValidity, Finding } from './verdict.ts';

export interface CheckerMeta extends Meta {
  /** Invariants it judges: ['S3']. */
  readonly invariants: readonly string[];
  /** What the history must hold before it can say true; the judge answers `unknown` without calling it when something is missing. */
  readonly requires: readonly Requirement[];
  /** It judges the harness, not the server (conservation, fault coverage). */
  readonly judges: 'server' | 'harness';
}

/** Evidence a checker needs at least one of. */
export type Requirement =
  | 'calls'
  | 'acks'
  | 'reads'
  | 'terminal-reads'
  | 'effects'
  | 'frames'
  | 'final-reads'
  | 'results';

export interface CheckerInput {
  readonly plan: Plan;
  readonly history: HistoryIndex;
}

export interface CheckerResult {
  readonly valid: CheckerValidity;
  readonly reason?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly warnings?: readonly Finding[];
}

/** One invariant, or one family. Pure: the same plan and history give the same result. */
export interface Checker {
  readonly meta: CheckerMeta;
  /** Why this target or plan cannot show it at all; null: it is judged. Stands in the verdict as not-applicable with this reason. */
  applicable(plan: Plan): string | null;
  check(input: CheckerInput): CheckerResult;
}
