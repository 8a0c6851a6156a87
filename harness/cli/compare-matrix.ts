import { pairedDifference, shareOf } from '../gate/interval.ts';
import { type ComparedCell, type ComparisonFinding, cellGroups } from '../model/comparison.ts';
import { createPrng } from '../model/prng.ts';
import { UsageError } from '../model/usage-error.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import { APPROACHES } from './compare-approaches.ts';
import { axisValues, cellsOf } from './compare-cells.ts';
import { backoffFindings, type FindingInput } from './compare-findings.ts';
import { type CompareFlags, probesOf, type SeriesBase, seedsOf } from './compare-flags.ts';
import { callsOf, meanOrNull } from './compare-measures.ts';
import type { CellResult } from './compare-runs.ts';
import type { ComparisonSeries, SeriesCell } from './compare-series.ts';

interface MatrixRow {
  readonly name: string;
  /** What it changes about the scenario. */
  readonly set: readonly string[];
  /** The approach that design guides name for it, and in which words. */
  /** What a task costs: its lag and a second for each poll, or the time to any answer, which is all that an SLA asks. */
  readonly cost: 'lagMs' | 'answeredMs';
  readonly advice: { readonly approach: string; readonly words: string };
}

const SCENARIO = 'decision';

const ROWS: readonly MatrixRow[] = [
  {
    name: '< 2 s',
    cost: 'lagMs',
    set: ['work.0.ms=[200,2000]'],
    advice: { approach: 'blocking', words: 'below two seconds, just answer' },
  },
  {
    name: '2 to 30 s',
    cost: 'lagMs',
    set: ['work.0.ms=[2000,30000]'],
    advice: { approach: 'handle', words: 'up to half a minute, hand out a job handle' },
  },
  {
    name: '> 30 s',
    cost: 'lagMs',
    set: ['work.0.ms=[30000,120000]'],
    advice: { approach: 'webhook', words: 'beyond half a minute, a job handle and a webhook' },
  },
  {
    name: 'strict SLA, failing dependency',
    cost: 'answeredMs',
    // Its callers would rather be told now than be served later, so nobody asks again.
    set: [
      'work=[{tool: effect, mode: plain, ms: [50, 300]}, {tool: effect, mode: error, ms: [1500, 2000], during: [0.25, 0.65]}]',
      'load={id: constant-rate, options: {ratePerSecond: 12}}',
      'agents.retry.attemptsMax=1',
      'calls=160',
      // Later calls may be refused, and a refusal is no receipt that could be lost.
      'faults.F5.during=[0, 0.25]',
    ],
    advice: { approach: 'breaker', words: 'behind a failing dependency, a circuit breaker' },
  },
];

/** How long work takes, against every approach, under the standard faults. Throws a UsageError where axes are given too. */
export function matrixSeries(name: string | undefined, flags: CompareFlags, base: SeriesBase): ComparisonSeries {
  const { store, queue, dialect, backoff, law, replicas } = flags;
  if (name !== undefined || [store, queue, dialect, backoff, law, replicas].some((given) => given !== undefined)) {
    throw new UsageError('--matrix has its own scenario and its own axes; give it neither');
  }
  const scenario = loadScenario(SCENARIO);
  const approaches = axisValues('approach', flags.approach ?? ['all']);
  const time = flags.time ?? 'virtual';
  const cells = ROWS.flatMap((row, index) =>
    cellsOf(scenario, { approach: approaches }).map(
      (cell): SeriesCell => ({
        ...cell,
        id: `row-${index + 1}-${cell.id}`,
        choices: { law: row.name, ...cell.choices },
        flags: { set: [...row.set, ...(cell.flags.set ?? [])] },
        scenarioBody: scenario,
      }),
    ),
  );
  return {
    ...base,
    title: 'The decision matrix, measured',
    cells,
    axes: ['law', 'approach'],
    conditions: ['law'],
    time,
    seeds: seedsOf(flags, time),
    isTimeFixed: flags.time !== undefined,
    probes: (kind) => probesOf(kind, base.context),
    findings: (input) => [
      ...ROWS.flatMap((row) => [...adviceFinding(row, input), ...patienceFinding(row, input)]),
      ...backoffFindings(input),
    ],
  };
}

// A difference of less than a tenth decides nothing.
const FLOOR = 0.1;
const POLL_COST_MS = 1000;
const SEED = 1;

interface Candidate {
  readonly name: string;
  readonly cell: ComparedCell;
  /** Calls that were lost or that somebody stopped waiting for. */
  readonly harm: ReturnType<typeof shareOf>;
  /** ms a call. */
  readonly costs: readonly (number | null)[];
  readonly costMs: number | null;
}

/** Whether the usual advice for a row holds here, and what would be better. */
function adviceFinding(row: MatrixRow, input: FindingInput): readonly ComparisonFinding[] {
  const group = cellGroups(input).find(({ name }) => name === row.name);
  if (group === undefined) return [];
  const candidates = group.cells.flatMap((cell) => candidateOf(row, cell, input.resultsOf(cell)));
  const advised = candidates.find(({ cell }) => cell.choices.approach === row.advice.approach);
  const words = `${row.name}: "${row.advice.words}"`;
  if (advised === undefined) {
    const why = group.cells.find(({ choices }) => choices.approach === row.advice.approach)?.unavailable;
    return [
      {
        kind: 'note',
        text: `${words} cannot be judged here: ${why ?? 'it was not asked for'}; ${bestText(candidates)}`,
      },
    ];
  }
  const better = candidates.filter((other) => other !== advised && beats(other, advised)).sort(byCost);
  const [best] = better;
  if (best === undefined)
    return [{ kind: 'holds', text: `${words}: nothing measured here does better; ${candidateText(advised)}` }];
  return [{ kind: 'contradicts', text: `${words}: ${candidateText(best)}, against ${candidateText(advised)}` }];
}

/** Limits that clients and platforms are known to have, s. */
const PATIENCE_S = [7, 10, 30, 60];

/** How many calls of the blocking approach would have failed at another limit: the scenario has but one. */
function patienceFinding(row: MatrixRow, input: FindingInput): readonly ComparisonFinding[] {
  const group = cellGroups(input).find(({ name }) => name === row.name);
  const cell = group?.cells.find(({ choices }) => choices.approach === 'blocking');
  const calls = cell === undefined ? [] : callsOf(input.resultsOf(cell));
  const late = PATIENCE_S.map((limit) => [
    limit,
    calls.filter(({ ackMs }) => (ackMs ?? Infinity) > limit * 1000).length,
  ]);
  if (late.every(([, count]) => count === 0)) return [];
  const parts = late.map(([limit, count]) => `${count} after ${limit} s`).join(', ');
  return [
    { kind: 'note', text: `${row.name}: of ${calls.length} blocking calls, this many had no answer yet: ${parts}` },
  ];
}

function candidateOf({ cost }: MatrixRow, cell: ComparedCell, results: readonly CellResult[]): readonly Candidate[] {
  const calls = callsOf(results);
  if (calls.length === 0) return [];
  const harmed = calls.filter(({ fate, timedOut }) => timedOut || fate === 'lost' || fate === 'stuck').length;
  const pollCostMs = cost === 'lagMs' ? POLL_COST_MS : 0;
  const costs = calls.map(({ polls, [cost]: waitedMs }) => (waitedMs === null ? null : waitedMs + polls * pollCostMs));
  const costMs = meanOrNull(costs.flatMap((cost) => cost ?? []));
  const approach = cell.choices.approach ?? '';
  return [{ name: APPROACHES[approach]?.title ?? approach, cell, harm: shareOf(harmed, calls.length), costs, costMs }];
}

/** Fewer calls harmed beyond doubt; or, where that is open, at least a tenth cheaper beyond doubt. */
function beats(one: Candidate, other: Candidate): boolean {
  if ((one.harm.high ?? 1) < (other.harm.low ?? 0)) return true;
  if ((one.harm.low ?? 1) > (other.harm.high ?? 0)) return false;
  const difference = pairedDifference(other.costs, one.costs, createPrng(SEED));
  return difference.high !== null && difference.high < -FLOOR * (other.costMs ?? 0);
}

function byCost(a: Candidate, b: Candidate): number {
  return (a.harm.value ?? 1) - (b.harm.value ?? 1) || (a.costMs ?? 0) - (b.costMs ?? 0);
}

function bestText(candidates: readonly Candidate[]): string {
  const [best] = [...candidates].sort(byCost);
  return best === undefined ? 'nothing else was measured either' : `of the others, ${candidateText(best)} does best`;
}

function candidateText({ name, harm, costMs }: Candidate): string {
  const cost = costMs === null ? '' : `, ${(costMs / 1000).toFixed(1)} s a task`;
  return `${name} (${harm.count ?? 0} of ${harm.n} calls lost or timed out${cost})`;
}
