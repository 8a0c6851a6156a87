import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compareTimes } from '../judge/calibration.ts';
import { type Observation, observe } from '../judge/calibration-observation.ts';
import { readSavedRun } from '../judge/judge.ts';
import type { CalibrationComparison } from '../model/calibration.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Plan } from '../model/plan.ts';
import { isRunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { PlanPair } from './calibration-plans.ts';
import type { CommandContext } from './command.ts';
import { executePlan } from './execution.ts';
import { shown } from './out-directory.ts';
import { type PlanRunner, runnerFor } from './plan-runner.ts';

export interface CalibrationRuns {
  readonly pairs: readonly PlanPair[];
  /** Real runs of each plan. */
  readonly runs: number;
  /** Where the run directories go. */
  readonly base: string;
  readonly force: boolean;
  readonly context: CommandContext;
}

/** Throws a UsageError where a run already is, before anything is started. */
export function refuseOverwriting({ pairs, runs, base, force, context }: CalibrationRuns): void {
  if (force) return;
  const taken = pairs.flatMap((pair) => placesOf(pair, base, runs)).find(isRunDirectory);
  if (taken === undefined) return;
  throw new UsageError(
    `${shown(context.cwd, taken)} already holds a run; choose another --out, or replace it with --force`,
  );
}

/** Runs every pair, virtual first, and compares it; `onCompared` hears of each. An interrupt ends the series. */
export async function runPairs(
  options: CalibrationRuns,
  onCompared: (comparison: CalibrationComparison) => void,
): Promise<readonly CalibrationComparison[]> {
  const comparisons: CalibrationComparison[] = [];
  await using real = runnerFor('real');
  for (const targets of groupByTarget(options.pairs)) {
    // One thread serves one target.
    await using virtual = runnerFor('virtual');
    for (const pair of targets) {
      if (options.context.signal.aborted) break;
      const comparison = await runPair(pair, options, { real, virtual });
      comparisons.push(comparison);
      onCompared(comparison);
    }
  }
  return comparisons;
}

async function runPair(
  pair: PlanPair,
  options: CalibrationRuns,
  runners: { readonly real: PlanRunner; readonly virtual: PlanRunner },
): Promise<CalibrationComparison> {
  const { context, base, runs } = options;
  const [virtualPlace = base, ...realPlaces] = placesOf(pair, base, runs);
  const { target } = pair;
  const virtual = await observeRun(options, {
    plan: pair.virtual,
    target,
    runner: runners.virtual,
    place: virtualPlace,
  });
  const real: Observation[] = [];
  const done: string[] = [];
  for (const [index, place] of realPlaces.entries()) {
    if (context.signal.aborted) break;
    context.output.progress(`${nameOf(pair)}: real run ${index + 1} of ${runs}`);
    const observation = await observeRun(options, { plan: pair.real, target, runner: runners.real, place });
    if (observation === null) break;
    real.push(observation);
    done.push(shown(context.cwd, place));
  }
  const plan = pair.real;
  const { dialect, transport, store } = plan.target;
  const machine = pair.virtual.virtual;
  const compared =
    virtual === null || machine === undefined || real.length === 0
      ? NOTHING
      : compareTimes({ real, virtual, machine, isFaultless: pair.isFaultless });
  return {
    scenario: plan.scenario,
    seed: plan.seed,
    target: { dialect, transport, store, agents: plan.agents.count, calls: plan.calls.length },
    isFaultless: pair.isFaultless,
    pollMarginMs: pair.pollMarginMs,
    directories: { real: done, virtual: virtual === null ? null : shown(context.cwd, virtualPlace) },
    ...compared,
  };
}

const NOTHING = {
  agrees: 'unknown',
  exitCode: EXIT.unknown,
  noise: { timerMs: 0, floorMs: null, exchangesAtOnce: 0, latenessMs: null },
  checks: [],
  rows: [],
  ties: [],
} as const;

/** One run with its directory; null: it was interrupted, and says nothing. */
async function observeRun(
  { context }: CalibrationRuns,
  run: { readonly plan: Plan; readonly target: ResolvedTarget; readonly runner: PlanRunner; readonly place: string },
): Promise<Observation | null> {
  const { place, ...what } = run;
  mkdirSync(join(place, '..'), { recursive: true });
  const directory = runDirectory(place);
  const verdict = await executePlan({ ...what, directory, context, isLive: false, isQuiet: true });
  if (verdict.interrupted) return null;
  const { plan, history } = await readSavedRun(place);
  return observe(plan, history, verdict);
}

/** virtual, real-1, real-2 … */
function placesOf(pair: PlanPair, base: string, runs: number): readonly string[] {
  const folder = resolve(base, nameOf(pair));
  return [join(folder, 'virtual'), ...Array.from({ length: runs }, (_, index) => join(folder, `real-${index + 1}`))];
}

function nameOf({ real }: PlanPair): string {
  return `${real.scenario}-${real.target.dialect}`;
}

function groupByTarget(pairs: readonly PlanPair[]): readonly (readonly PlanPair[])[] {
  const groups = new Map<string, PlanPair[]>();
  for (const pair of pairs) {
    const { dialect } = pair.real.target;
    groups.set(dialect, [...(groups.get(dialect) ?? []), pair]);
  }
  return [...groups.values()];
}
