import type { Event } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import type { Meta } from '../../model/registry.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Output } from '../output.ts';

/** Tells somebody else's program how the runs went. Every hook is optional. */
export interface Reporter {
  readonly meta: ReporterMeta;
  /** Makes one for one command. */
  create(options: ReporterOptions): ReporterHooks;
}

export interface ReporterMeta extends Meta {
  /** It writes its own lines to stdout, where the result would stand otherwise. */
  readonly ownsStdout: boolean;
}

export interface ReporterOptions {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ReporterHooks {
  onStart?(plan: Plan): void;
  onEvent?(plan: Plan, event: Event): void;
  onVerdict?(run: FinishedRun): void;
  /** All runs are over. `directory`: of the run, or the one that holds all of them; null: they have none in common. */
  onEnd?(runs: readonly FinishedRun[], directory: string | null): void;
}

export interface FinishedRun {
  readonly directory: string;
  readonly verdict: Verdict;
}
