import { join, resolve } from 'node:path';
import type { Event } from '../model/event.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { concludeRun } from './conclusion.ts';
import { executePlan } from './execution.ts';
import { jsonText, writeJson } from './json-file.ts';
import { linkLatest, planOutDirectories, shown } from './out-directory.ts';
import { type PlanRunner, runnerFor } from './plan-runner.ts';
import type { FinishedRun, Reporter, ReporterHooks } from './reporters/reporter.ts';
import type { OutputFlags } from './run-options.ts';
import { summarise } from './summary.ts';

export interface SeriesOptions {
  readonly plans: readonly Plan[];
  readonly target: ResolvedTarget;
  readonly flags: OutputFlags;
  readonly reporters: readonly Reporter[];
  readonly context: CommandContext;
  /** What runs the plans; absent: what their kind of time needs. */
  readonly runner?: PlanRunner;
  /** Hears of every run as it ends. */
  readonly onFinished?: (run: FinishedRun, directory: RunDirectory) => void;
}

/** Runs plans one after another, says how each ended, and gives the exit code of them all. An interrupt ends the series. */
export async function runSeries(options: SeriesOptions): Promise<number> {
  const { plans, target, flags, reporters, context } = options;
  const { output, cwd } = context;
  const directories = planOutDirectories(plans, {
    cwd,
    out: flags.out,
    force: flags.force === true,
    wallMs: context.clock.wall(),
  });
  const hooks = reporters.map((reporter) => reporter.create({ output, env: context.env }));
  const isLive = output.isTerminal && !reporters.some(({ meta }) => meta.id === 'line');
  const ownsStdout = flags.json === true || reporters.some(({ meta }) => meta.ownsStdout);
  const finished: FinishedRun[] = [];
  const listeners = hooks.filter((hook) => hook.onEvent !== undefined);
  await using runner = options.runner ?? runnerFor(plans[0]?.time ?? 'real');
  for (const [index, plan] of plans.entries()) {
    const directory = directories[index];
    if (directory === undefined || context.signal.aborted) break;
    announce(plan, context);
    for (const hook of hooks) hook.onStart?.(plan);
    const onEvent = (event: Event) => {
      for (const hook of listeners) hook.onEvent?.(plan, event);
    };
    const verdict = await executePlan({
      runner,
      plan,
      target,
      directory,
      context,
      isLive,
      isQuiet: flags.quiet === true,
      ...(listeners.length > 0 ? { onEvent } : {}),
    });
    if (flags.out === undefined) linkLatest(directory, cwd, output.warn);
    const run = { directory: shown(cwd, directory.path), verdict };
    finished.push(run);
    options.onFinished?.(run, directory);
    for (const hook of hooks) hook.onVerdict?.(run);
    const report = shown(cwd, directory.report);
    if (!ownsStdout) output.result(concludeRun(verdict, { directory: run.directory, report }));
  }
  const codes = finished.map(({ verdict }) => verdict.exitCode);
  if (context.signal.aborted) codes.push(EXIT.interrupted);
  return finish(options, hooks, finished, worstExitCode(codes));
}

/** summary.json, the JSON document, and what the reporters still have to write. */
function finish(
  { plans, flags, context }: SeriesOptions,
  hooks: readonly ReporterHooks[],
  finished: readonly FinishedRun[],
  exitCode: number,
): number {
  const { output, cwd } = context;
  const isSeveral = plans.length > 1;
  const summary = summarise(finished, exitCode);
  const base = flags.out === undefined ? null : resolve(cwd, flags.out);
  if (isSeveral && base !== null && finished.length > 0) writeJson(join(base, 'summary.json'), summary);
  for (const hook of hooks) hook.onEnd?.(finished, isSeveral ? base : null);
  const [only] = finished;
  if (flags.json) output.result(jsonText(!isSeveral && only ? only.verdict : summary));
  return exitCode;
}

/** What is about to happen, before it does: the plan is whole. */
function announce(plan: Plan, { output }: CommandContext): void {
  const strikes = new Map<string, number>();
  for (const { fault } of plan.faults) strikes.set(fault, (strikes.get(fault) ?? 0) + 1);
  const faults = [...strikes].map(([fault, count]) => `${fault}×${count}`).join(' ') || 'no faults';
  const { target } = plan;
  const where = [target.kind, target.dialect, target.transport, target.store]
    .filter((part) => part !== null)
    .join(', ');
  output.progress(
    `${plan.scenario}: seed ${plan.seed}, ${plan.calls.length} calls by ${plan.agents.count} agents, ${faults}; ${where}`,
  );
}
