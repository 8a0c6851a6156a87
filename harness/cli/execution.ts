import { writeFileSync } from 'node:fs';
import type { ReportRun } from '../../reports/render.ts';
import type { RunResult } from '../execution/course.ts';
import { createRecorder } from '../execution/recorder.ts';
import { loadUnits } from '../execution/units.ts';
import { openGathering } from '../judge/gathering.ts';
import { createSpillingFold } from '../model/fold.ts';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { begunPlan } from '../plan/begun-plan.ts';
import type { CommandContext } from './command.ts';
import { describeEnvironment, type Environment } from './environment.ts';
import { writeJson, writeWhole } from './json-file.ts';
import { discardOutDirectory, openOutDirectory } from './out-directory.ts';
import type { PlanRunner, RunnerOptions } from './plan-runner.ts';
import { drawReport, readRun } from './run-report.ts';

export interface ExecutionOptions extends RunnerOptions {
  readonly runner: PlanRunner;
  /** What it runs on, where that is known already: a series asks once. */
  readonly environment?: Environment;
  /** false: no report.html; `claimcheck report` draws it from what is there. */
  readonly isDrawn?: boolean;
  /** Hears of the run as it was judged and drawn, before it is let go. */
  readonly onJudged?: (run: ReportRun) => void;
}

/**
 * One run from plan to report, in this order: plan.json and environment.json, the run itself, verdict.json, report.html. An
 * interrupted run is judged and drawn like any other. Throws a UsageError when the server could not be started, and then
 * leaves nothing behind; any other error is ours, and what was written stays as evidence.
 */
export async function executePlan(options: ExecutionOptions): Promise<Verdict> {
  const { directory, context } = options;
  const { planOf, ...hearing } = watchBegun(options.plan, options.onEvent);
  // Unknown names are found before anything is written.
  await loadUnits(options.plan);
  const made = openOutDirectory(directory, context.cwd);
  writeJson(directory.plan, options.plan);
  // The server appends to it, and a reader must find it even when nothing was ever done.
  writeFileSync(directory.ledger, '');
  const environment = options.environment ?? (await environmentOf(context));
  writeJson(directory.environment, environment);
  const { unmet } = options.target;
  using gathered = options.plan.record === 'counts' ? openGathering() : null;
  const told = { ...options, ...hearing, ...(gathered ? { gathering: gathered } : {}) };
  const running = unmet === null ? options.runner.run(told) : recordUnmet(unmet, told);
  const { server, plan: madePlan = options.plan } = await Promise.resolve(running).catch((error: unknown) => {
    if (error instanceof UsageError) discardOutDirectory(directory, made);
    throw error;
  });
  writeJson(directory.environment, { ...environment, server });
  const plan = planOf(madePlan);
  if (plan !== options.plan) writeJson(directory.plan, plan);
  const run = await readRun(directory, gathered?.run(plan));
  writeJson(directory.verdict, run.verdict);
  if (options.isDrawn !== false) writeWhole(directory.report, drawReport([run]));
  options.onJudged?.(run);
  return run.verdict;
}

/** Of a load that ends by the clock, the calls that it came to; any other plan is what it was. */
function watchBegun(
  plan: Plan,
  onEvent: RunnerOptions['onEvent'],
): Pick<RunnerOptions, 'onEvent'> & { readonly planOf: (run: Plan) => Plan } {
  if (plan.load.forMs === undefined) return { ...(onEvent ? { onEvent } : {}), planOf: (run) => run };
  const begun = new Set<number>();
  return {
    onEvent(event) {
      if (event.kind === 'gen' && event.call !== undefined) begun.add(event.call);
      onEvent?.(event);
    },
    planOf: (run) => begunPlan(run, begun),
  };
}

/** This machine, now. */
export function environmentOf({ package: own, cwd, clock }: CommandContext): Promise<Environment> {
  return describeEnvironment({ version: own.version, cwd, wallMs: clock.wall() });
}

/** Nothing can run here, so the history says why and holds nothing else: its verdict is unknown, never the server's fault. */
function recordUnmet(
  reason: string,
  { plan, directory, context, gathering }: RunnerOptions,
): Pick<RunResult, 'server' | 'plan'> {
  context.output.warn(`not run: ${reason}`);
  const fold = gathering ? createSpillingFold(plan, gathering.file) : null;
  const recorder = createRecorder({
    path: directory.history,
    clock: context.clock,
    time: 'real',
    ...(fold ? { onEvent: fold.take } : {}),
  });
  recorder.record({ kind: 'note', topic: 'unmet', text: reason });
  recorder.record({ kind: 'note', topic: 'end' });
  recorder.close();
  if (fold) gathering?.end(fold.finish());
  return { server: null };
}
