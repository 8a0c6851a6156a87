import { judgeDirectory } from '../judge/judge.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { runPlan } from '../run/run.ts';
import type { RunnableTarget } from '../run/runnable-target.ts';
import type { CommandContext } from './command.ts';
import { describeEnvironment } from './environment.ts';
import { writeJson, writeWhole } from './json-file.ts';
import { discardOutDirectory, openOutDirectory } from './out-directory.ts';
import { createProgressState } from './progress-state.ts';
import { showProgress } from './progress-view.ts';
import { drawReport, readRun } from './run-report.ts';
import { loadUnits } from './units.ts';

export interface ExecutionOptions {
  readonly plan: Plan;
  readonly target: RunnableTarget;
  readonly directory: RunDirectory;
  readonly context: CommandContext;
  /** Redraw progress in place. */
  readonly isLive: boolean;
  readonly isQuiet: boolean;
  onEvent(event: Event): void;
}

/**
 * One run from plan to report, in this order: plan.json and environment.json, the run itself, verdict.json, report.html. An
 * interrupted run is judged and drawn like any other. Throws a UsageError when the server could not be started, and then
 * leaves nothing behind; any other error is ours, and what was written stays as evidence.
 */
export async function executePlan(options: ExecutionOptions): Promise<Verdict> {
  const { plan, directory, context } = options;
  const units = await loadUnits(plan);
  openOutDirectory(directory, context.cwd);
  writeJson(directory.plan, plan);
  const environment = await describeEnvironment({
    version: context.package.version,
    cwd: context.cwd,
    wallMs: context.clock.wall(),
  });
  writeJson(directory.environment, environment);
  const { server } = await runWatched(options, units).catch((error: unknown) => {
    if (error instanceof UsageError) discardOutDirectory(directory);
    throw error;
  });
  writeJson(directory.environment, { ...environment, server });
  const verdict = await judgeDirectory(directory.path);
  writeJson(directory.verdict, verdict);
  writeWhole(directory.report, drawReport([await readRun(directory, verdict)]));
  return verdict;
}

async function runWatched(options: ExecutionOptions, units: Awaited<ReturnType<typeof loadUnits>>) {
  const { plan, target, directory, context, isLive, isQuiet, onEvent } = options;
  const state = createProgressState({ calls: plan.calls.length, hasKey: plan.target.facts.key });
  const name = `${plan.scenario} (seed ${plan.seed})`;
  await using _view = isQuiet
    ? null
    : showProgress({ name, output: context.output, clock: context.clock, read: state.read, isLive });
  return await runPlan({
    plan,
    units,
    target,
    directory,
    signal: context.signal,
    onEvent(event) {
      state.observe(event);
      onEvent(event);
    },
  });
}
