import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { latinSquare } from '../gate/latin-square.ts';
import {
  type Axis,
  COMPARISON_SCHEMA,
  type ComparedCell,
  type Comparison,
  type ComparisonFinding,
} from '../model/comparison.ts';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import type { ResolvedTarget, TargetProbes } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import type { CellWish } from './compare-cells.ts';
import { figuresOf, withFronts } from './compare-figures.ts';
import type { FindingInput } from './compare-findings.ts';
import { MEASURES } from './compare-measures.ts';
import { type CellResult, type CellRun, runCells } from './compare-runs.ts';
import { planOutDirectories, shown } from './out-directory.ts';
import type { ScenarioFlags } from './run-options.ts';
import { planScenarios } from './scenario-plans.ts';
import { resolveFlags, type TargetFlags } from './target-options.ts';

/** A cell and the scenario it is run with. */
export interface SeriesCell extends CellWish {
  readonly scenarioBody: Scenario;
}

export interface ComparisonSeries {
  readonly title: string;
  readonly cells: readonly SeriesCell[];
  readonly axes: readonly Axis[];
  readonly conditions: readonly Axis[];
  /** Of all cells but those whose server calls back, which takes real time. */
  readonly time: Plan['time'];
  /** The user asked for this time: what takes another is not run. */
  readonly isTimeFixed: boolean;
  /** Each cell runs with each of these. */
  readonly seeds: readonly number[];
  /** Of the server that all cells share. */
  readonly server: TargetFlags;
  /** Of all cells. */
  readonly flags: ScenarioFlags;
  probes(time: Plan['time']): TargetProbes;
  /** Folder of all runs. */
  readonly base: string;
  readonly force: boolean;
  readonly isQuiet: boolean;
  /** Virtual time: runs at once; absent: one a core, as far as memory goes. */
  readonly atOnce?: number;
  readonly context: CommandContext;
  findings(input: FindingInput): readonly ComparisonFinding[];
}

export interface ComparisonOutcome {
  readonly comparison: Comparison;
  readonly results: readonly CellResult[];
}

// Each simulation holds a server and a history in memory.
const LANES_MAX = 4;

/** Plans every run, runs them, and makes one comparison of what they came to. Throws a UsageError where nothing can run. */
export async function runComparison(series: ComparisonSeries): Promise<ComparisonOutcome> {
  const { context, cells, time, conditions } = series;
  const { output, clock, cwd } = context;
  const startedAt = new Date(clock.wall()).toISOString();
  const { runs, reasons } = await planRuns(series);
  const [reason] = reasons.values();
  if (runs.length === 0) throw new UsageError(reason ?? 'no cell is left to run');
  const cores = series.atOnce ?? Math.min(LANES_MAX, availableParallelism());
  const others = runs.filter(({ plan }) => plan.time !== time).length;
  const mixed = others === 0 ? '' : `, and ${others} in real time, which take as long as their work`;
  output.progress(`compare: ${cells.length} cells, ${runs.length - others} runs in ${time} time${mixed}`);
  const results = await runCells({
    runs,
    lanes: Math.min(cores, runs.length),
    context,
    isQuiet: series.isQuiet,
    onResult: (result, done) => output.progress(`[${done}/${runs.length}] ${resultText(result, cells)}`),
    onRefused: (cell, why) => {
      reasons.set(cell, why);
      output.warn(`${cells[cell]?.id}: ${why}`);
    },
  });
  const figures = await allFigures(series, { results, reasons, cwd });
  const compared = withFronts(figures, conditions);
  const byId = new Map(cells.map((cell, index) => [cell.id, results.filter((result) => result.cell === index)]));
  const comparison: Comparison = {
    schema: COMPARISON_SCHEMA,
    claimcheck: context.package.version,
    startedAt,
    title: series.title,
    time,
    axes: series.axes,
    conditions,
    seeds: series.seeds,
    isInterrupted: context.signal.aborted,
    cells: compared,
    measures: MEASURES.map(({ measure: _measure, ...meta }) => meta),
    findings: series.findings({ cells: compared, resultsOf: ({ id }) => byId.get(id) ?? [], conditions }),
  };
  return { comparison, results };
}

async function allFigures(
  series: ComparisonSeries,
  known: {
    readonly results: readonly CellResult[];
    readonly reasons: ReadonlyMap<number, string>;
    readonly cwd: string;
  },
): Promise<readonly ComparedCell[]> {
  const figures: ComparedCell[] = [];
  for (const [index, wish] of series.cells.entries()) {
    figures.push(
      await figuresOf({
        wish: { ...wish, note: noteOf(wish, series) },
        scenario: wish.scenarioBody.name,
        results: known.results.filter(({ cell }) => cell === index),
        reason: known.reasons.get(index) ?? null,
        show: (path) => shown(known.cwd, path),
      }),
    );
  }
  return figures;
}

/** What tells a cell from the others beside its choices. */
function noteOf(wish: SeriesCell, series: ComparisonSeries): string | null {
  const time = timeOf(wish, series);
  const parts = [...(wish.note === null ? [] : [wish.note]), ...(time === series.time ? [] : [`in ${time} time`])];
  return parts.length === 0 ? null : parts.join(', ');
}

function timeOf({ callsBack }: SeriesCell, { time }: ComparisonSeries): Plan['time'] {
  return callsBack ? 'real' : time;
}

/** Every run in its order, and why some cells have none. Paired: all cells of a seed have the same calls and durations. */
async function planRuns(
  series: ComparisonSeries,
): Promise<{ readonly runs: readonly CellRun[]; readonly reasons: Map<number, string> }> {
  const { cells, seeds, context, base, force } = series;
  refuseOverwriting(series);
  const reasons = new Map<number, string>();
  const targets = new Map<string, Promise<ResolvedTarget>>();
  const ready: { readonly cell: number; readonly wish: SeriesCell; readonly target: ResolvedTarget }[] = [];
  for (const [cell, wish] of cells.entries()) {
    const target = wish.unavailable ?? noCallbacks(wish, series) ?? (await targetOf(wish, series, targets));
    if (typeof target === 'string') reasons.set(cell, target);
    else if (target.unmet !== null) reasons.set(cell, target.unmet);
    else ready.push({ cell, wish, target });
  }
  const square = latinSquare(ready.length);
  const planned = seeds.flatMap((seed, round) =>
    (square[round % Math.max(1, square.length)] ?? []).flatMap((index) => {
      const one = ready[index];
      return one === undefined ? [] : [{ ...one, plan: planOf(one.wish, one.target, seed, series) }];
    }),
  );
  const directories = planOutDirectories(
    planned.map(({ wish, plan }) => ({ scenario: plan.scenario, seed: plan.seed, cell: wish.id })),
    { cwd: context.cwd, out: base, force, wallMs: context.clock.wall() },
  );
  const runs = planned.flatMap(({ cell, plan, target }, index) => {
    const directory = directories[index];
    return directory === undefined ? [] : [{ cell, plan, target, directory }];
  });
  return { runs, reasons };
}

function planOf(wish: SeriesCell, target: ResolvedTarget, seed: number, series: ComparisonSeries): Plan {
  const { flags, context } = series;
  const set = [...(wish.flags.set ?? []), ...(flags.set ?? [])];
  const [plan] = planScenarios([wish.scenarioBody], {
    flags: { ...flags, seed, set },
    target,
    time: timeOf(wish, series),
    claimcheck: context.package.version,
  });
  if (plan === undefined) throw new Error(`expected a plan of ${wish.scenarioBody.name}, found none`);
  return plan;
}

/** Why a server cannot call back here; null: it can, or need not. */
function noCallbacks({ callsBack, scenarioBody }: SeriesCell, series: ComparisonSeries): string | null {
  if (!callsBack) return null;
  if (series.server.url !== undefined && series.server.server === undefined)
    return 'a server that already runs cannot be told of a place to call';
  if (series.time === 'real') return null;
  const why = 'callbacks go over sockets, which virtual time does not have';
  if (series.server.module !== undefined) return `${why}, and a module runs in no other`;
  if (scenarioBody.time === 'virtual') return `${why}, and ${scenarioBody.name} runs in no other`;
  return series.isTimeFixed ? `${why}; leave --time ${series.time} out` : null;
}

/** The target of a cell, or why there is none: one that cannot be stands in the table with the reason. */
async function targetOf(
  wish: SeriesCell,
  series: ComparisonSeries,
  known: Map<string, Promise<ResolvedTarget>>,
): Promise<ResolvedTarget | string> {
  const time = timeOf(wish, series);
  const key = JSON.stringify([wish.target, time]);
  const target = known.get(key) ?? resolveFlags({ ...series.server, ...wish.target }, series.probes(time));
  known.set(key, target);
  try {
    return await target;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function refuseOverwriting({ base, force, context }: ComparisonSeries): void {
  if (force || !existsSync(join(base, 'comparison.json'))) return;
  const path = shown(context.cwd, base);
  throw new UsageError(`${path} already holds a comparison; choose another --out, or replace it with --force`);
}

function resultText({ cell, plan, verdict }: CellResult, cells: readonly SeriesCell[]): string {
  const word = verdict.valid === true ? 'valid' : verdict.valid === false ? 'VIOLATED' : 'unknown';
  return `${cells[cell]?.id ?? ''} (seed ${plan.seed}): ${word}`;
}
