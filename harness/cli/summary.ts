import type { CheckerVerdict, Verdict } from '../model/verdict.ts';

/** summary.json: several runs side by side. */
export const SUMMARY_SCHEMA = 'claimcheck/summary@1';

export interface Summary {
  readonly schema: typeof SUMMARY_SCHEMA;
  readonly exitCode: number;
  readonly runs: readonly SummaryRun[];
}

export interface SummaryRun {
  readonly directory: string;
  /** The verdict without its findings: verdict.json in the directory has them. */
  readonly verdict: Omit<Verdict, 'checkers'> & {
    readonly checkers: readonly Omit<CheckerVerdict, 'findings' | 'warnings'>[];
  };
}

export function summarise(
  runs: readonly { readonly directory: string; readonly verdict: Verdict }[],
  exitCode: number,
): Summary {
  return {
    schema: SUMMARY_SCHEMA,
    exitCode,
    runs: runs.map(({ directory, verdict }) => ({
      directory,
      verdict: {
        ...verdict,
        checkers: verdict.checkers.map(({ findings: _findings, warnings: _warnings, ...checker }) => checker),
      },
    })),
  };
}
