import { type RunSample, sampleRun } from '../judge/run-sample.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import type { Environment } from './environment.ts';
import { environmentOf, executePlan } from './execution.ts';
import { watchMemory } from './memory-watch.ts';
import { runnerFor } from './plan-runner.ts';

/** One run of one cell, planned. */
export interface CellRun {
  /** Index of its cell. */
  readonly cell: number;
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly directory: RunDirectory;
}

/** What is kept of a run. */
export interface CellResult {
  readonly cell: number;
  readonly plan: Plan;
  readonly directory: RunDirectory;
  readonly verdict: Verdict;
  readonly sample: RunSample;
  /** Most memory a process of the server held, MiB; null: not watched (virtual time), or not a system that tells. */
  readonly memoryMiB: number | null;
}

export interface CompareRuns {
  /** In the order in which they take place, where only one runs at a time; those in virtual time come first. */
  readonly runs: readonly CellRun[];
  /** Runs in virtual time at once. In real time they come one by one, since they would measure each other. */
  readonly lanes: number;
  readonly context: CommandContext;
  readonly isQuiet: boolean;
  /** Hears of each run as it ends: how many are done by then. */
  onResult(result: CellResult, done: number): void;
  /** This cell's server could not be started. */
  onRefused(cell: number, reason: string): void;
}

/** Runs all of them. An interrupt ends the series; what was finished counts. */
export async function runCells(options: CompareRuns): Promise<readonly CellResult[]> {
  const { context } = options;
  const environment = await environmentOf(context);
  const results: CellResult[] = [];
  const refused = new Set<number>();
  const next = (pending: CellRun[], before: ResolvedTarget | null): CellRun | null => {
    for (;;) {
      // A thread serves one target: who has one goes on with it.
      const same = pending[0]?.plan.time === 'virtual' ? pending.findIndex(({ target }) => target === before) : -1;
      const [run] = pending.splice(Math.max(0, same), 1);
      if (run === undefined || context.signal.aborted) return null;
      if (!refused.has(run.cell)) return run;
    }
  };
  const work = async (pending: CellRun[]) => {
    let run = next(pending, null);
    while (run !== null) {
      const { target } = run;
      await using runner = runnerFor(run.plan.time);
      while (run !== null && run.target === target) {
        const result = await perform(run, { ...options, runner, environment }).catch((error: unknown) => {
          if (!(error instanceof UsageError) || run === null) throw error;
          refused.add(run.cell);
          options.onRefused(run.cell, error.message);
          return null;
        });
        if (result !== null && !result.verdict.interrupted) {
          results.push(result);
          options.onResult(result, results.length);
        }
        run = next(pending, target);
      }
    }
  };
  const virtual = options.runs.filter(({ plan }) => plan.time === 'virtual');
  await Promise.all(Array.from({ length: options.lanes }, () => work(virtual)));
  await work(options.runs.filter(({ plan }) => plan.time === 'real'));
  return results.sort((a, b) => a.cell - b.cell || a.plan.seed - b.plan.seed);
}

async function perform(
  run: CellRun,
  options: CompareRuns & { readonly runner: ReturnType<typeof runnerFor>; readonly environment: Environment },
): Promise<CellResult> {
  const { context, runner, environment, isQuiet } = options;
  const { plan, target, directory } = run;
  let sample: RunSample = { calls: [] };
  const isReal = plan.time === 'real';
  await using memory = isReal ? watchMemory(context.clock) : null;
  const verdict = await executePlan({
    runner,
    plan,
    target,
    directory,
    context,
    environment,
    isLive: isReal && context.output.isTerminal,
    isQuiet: isQuiet || !isReal,
    ...(memory === null ? {} : { onEvent: memory.observe }),
    onJudged: ({ history }) => {
      sample = sampleRun(plan, history);
    },
  });
  return { cell: run.cell, plan, directory, verdict, sample, memoryMiB: memory?.peakMiB() ?? null };
}
