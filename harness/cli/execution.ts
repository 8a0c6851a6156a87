import { writeFileSync } from 'node:fs';
import type { RunResult, RunUnits } from '../execution/course.ts';
import { createRecorder } from '../execution/recorder.ts';
import { loadUnits } from '../execution/units.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { runPlan } from '../run/run.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { describeEnvironment } from './environment.ts';
import { writeJson, writeWhole } from './json-file.ts';
import { discardOutDirectory, openOutDirectory } from './out-directory.ts';
import { createProgressState } from './progress-state.ts';
import { showProgress } from './progress-view.ts';
import { drawReport, readRun } from './run-report.ts';

export interface ExecutionOptions {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
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
  const made = openOutDirectory(directory, context.cwd);
  writeJson(directory.plan, plan);
  // The server appends to it, and a reader must find it even when nothing was ever done.
  writeFileSync(directory.ledger, '');
  const environment = await describeEnvironment({
    version: context.package.version,
    cwd: context.cwd,
    wallMs: context.clock.wall(),
  });
  writeJson(directory.environment, environment);
  const { server } = await runWatched(options, units).catch((error: unknown) => {
    if (error instanceof UsageError) discardOutDirectory(directory, made);
    throw error;
  });
  writeJson(directory.environment, { ...environment, server });
  const run = await readRun(directory);
  writeJson(directory.verdict, run.verdict);
  writeWhole(directory.report, drawReport([run]));
  return run.verdict;
}

async function runWatched(options: ExecutionOptions, units: RunUnits): Promise<Pick<RunResult, 'server'>> {
  const { plan, target, directory, context, isLive, isQuiet, onEvent } = options;
  if (target.unmet !== null) return recordUnmet(target.unmet, options);
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

/** Nothing can run here, so the history says why and holds nothing else: its verdict is unknown, never the server's fault. */
function recordUnmet(reason: string, { directory, context }: ExecutionOptions): Pick<RunResult, 'server'> {
  context.output.warn(`not run: ${reason}`);
  const recorder = createRecorder({ path: directory.history, clock: context.clock, time: 'real' });
  recorder.record({ kind: 'note', topic: 'unmet', text: reason });
  recorder.record({ kind: 'note', topic: 'end' });
  recorder.close();
  return { server: null };
}
