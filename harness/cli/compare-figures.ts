import { backoffs } from '../backoffs/index.ts';
import { pollInstants } from '../backoffs/schedule.ts';
import { shareOf } from '../gate/interval.ts';
import { paretoFront } from '../gate/pareto.ts';
import { pollModel } from '../metrics/poll-model.ts';
import { type Axis, type ComparedCell, cellGroups, type Measure } from '../model/comparison.ts';
import { least } from '../model/extreme.ts';
import type { Plan } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { loadUnit } from '../model/registry.ts';
import { HINT_MS } from '../plan/poll-margin.ts';
import type { CellWish } from './compare-cells.ts';
import { MEASURES, meanOrNull } from './compare-measures.ts';
import type { CellResult } from './compare-runs.ts';

// Resampling needs chance, and the same comparison must give the same intervals.
const SEED = 1;

/** A cell with all its numbers. `reason`: why it could not run; null: it did, or was interrupted before. */
export async function figuresOf(options: {
  readonly wish: CellWish;
  readonly scenario: string;
  readonly results: readonly CellResult[];
  readonly reason: string | null;
  show(path: string): string;
}): Promise<ComparedCell> {
  const { wish, scenario, results, reason, show } = options;
  const measures = MEASURES.map(({ id, measure }) => [id, measure(results, createPrng(SEED).fork(id))] as const);
  return {
    id: wish.id,
    choices: wish.choices,
    note: wish.note,
    unavailable: reason,
    scenario,
    runs: results.map(({ directory, plan, verdict }) => ({
      directory: show(directory.path),
      seed: plan.seed,
      valid: verdict.valid,
      exitCode: verdict.exitCode,
    })),
    calls: results.reduce((sum, { sample }) => sum + sample.calls.length, 0),
    measures: Object.fromEntries(measures.filter(([, { n }]) => n > 0)),
    model: await modelOf(results.map(({ plan }) => plan)),
    isBest: false,
  };
}

/**
 * Marks the cells that no other of their group beats in both polls and lag. Broken ones do not compete, nor those of which more
 * tasks were never seen done or were given up by somebody than chance explains: losing work is quick.
 */
export function withFronts(cells: readonly ComparedCell[], conditions: readonly Axis[]): readonly ComparedCell[] {
  const best = new Set<ComparedCell>();
  for (const group of cellGroups({ cells, conditions })) {
    const measured = group.cells.filter((cell) => pointOf(cell) !== null);
    const bestHigh = least(measured.map((cell) => harmOf(cell).high ?? 1));
    const front = paretoFront(group.cells.map((cell) => ((harmOf(cell).low ?? 0) > bestHigh ? null : pointOf(cell))));
    for (const [index, cell] of group.cells.entries()) if (front[index] === true) best.add(cell);
  }
  return cells.map((cell) => ({ ...cell, isBest: best.has(cell) }));
}

function harmOf({ measures: { lag, timeouts }, calls }: ComparedCell): Measure {
  return shareOf(Math.min(calls, Math.max(lag?.never ?? 0, timeouts?.count ?? 0)), calls);
}

function pointOf({ measures: { polls, lag }, runs }: ComparedCell): readonly [number, number] | null {
  if (polls?.value == null || lag?.value == null || runs.some(({ valid }) => valid !== true)) return null;
  return [polls.value, lag.value];
}

/**
 * What polling by the rule alone costs for the durations of these plans: the pure function, applied to each. null: there are
 * faults, nobody polls, or the rule looks at what was before.
 */
async function modelOf(plans: readonly Plan[]): Promise<ComparedCell['model']> {
  const [plan] = plans;
  if (plan === undefined || !polls(plan)) return null;
  const unit = await loadUnit(backoffs, 'backoff', plan.agents.backoff.id);
  if (unit.meta.policy !== undefined || unit.meta.id === 'learned') return null;
  const { options } = plan.agents.backoff;
  const hintMs = plan.target.settings?.pollIntervalMs ?? HINT_MS;
  const outcomes = plans.flatMap(({ calls, seed }) => {
    const draw = createPrng(seed).fork('model');
    return calls.flatMap(({ ms }) => pollModel(pollInstants(unit, { hintMs, options, draw }), ms) ?? []);
  });
  const meanPolls = meanOrNull(outcomes.map((outcome) => outcome.polls));
  const lagMs = meanOrNull(outcomes.map((outcome) => outcome.lagMs));
  return meanPolls === null || lagMs === null ? null : { polls: meanPolls, lagMs };
}

/** Every call is polled for from its receipt on, and nothing comes between. */
function polls({ faults, target, calls }: Plan): boolean {
  const isDialect = target.dialect === 'handle' || target.dialect.startsWith('tasks-');
  const isKnown = target.kind === 'reference' && target.facts.variesDuration;
  return faults.length === 0 && isDialect && isKnown && calls.every(({ policy }) => policy === 'poller');
}
