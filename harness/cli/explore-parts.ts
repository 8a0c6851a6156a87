import type { Crew } from '../explore/crew.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import type { FinishedRun, ReporterHooks } from './reporters/reporter.ts';
import type { OutputFlags } from './run-options.ts';
import type { TargetFlags } from './target-options.ts';

export interface ExploreFlags extends TargetFlags, OutputFlags {
  readonly seed: number;
  readonly agents?: number;
  readonly calls?: number;
  readonly faults?: readonly string[];
  readonly seconds: number;
  readonly runs?: number;
  readonly keepGoing?: boolean;
  readonly shrinkSeconds: number;
  readonly jobs: number;
  readonly known?: string;
  readonly everyPoint?: boolean;
  readonly pairs: number;
}

/** What both ways of exploring stand on. */
export interface ExploreParts {
  readonly crew: Crew;
  readonly target: ResolvedTarget;
  readonly flags: ExploreFlags;
  readonly context: CommandContext;
  readonly hooks: readonly ReporterHooks[];
  readonly ownsStdout: boolean;
}

/** Other programs hear of the counterexamples as of runs. */
export function tellReporters(hooks: readonly ReporterHooks[], runs: readonly FinishedRun[]) {
  if (runs.length === 0) return;
  for (const hook of hooks) {
    for (const run of runs) hook.onVerdict?.(run);
    hook.onEnd?.(runs, null);
  }
}

export function targetText({ planned }: ResolvedTarget): string {
  return [planned.kind, planned.dialect, planned.transport, planned.store].filter((part) => part !== null).join(', ');
}
