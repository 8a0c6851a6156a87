import { learned } from '../backoffs/learned.ts';
import { pairedDifference } from '../gate/interval.ts';
import type { Axis, Measure } from '../model/comparison.ts';
import { type ComparedCell, type ComparisonFinding, cellGroups, cellName } from '../model/comparison.ts';
import { createPrng } from '../model/prng.ts';
import { backoffNamed } from './compare-approaches.ts';
import { callsOf, lagByCall, meanOrNull, pollsOf } from './compare-measures.ts';
import type { CellResult } from './compare-runs.ts';

/** Cells with what their numbers were made of. */
export interface FindingInput {
  readonly cells: readonly ComparedCell[];
  readonly resultsOf: (cell: ComparedCell) => readonly CellResult[];
  readonly conditions: readonly Axis[];
}

const SEED = 1;
// One poll is held to be worth a second of waiting, here as by the learned backoff.
const POLL_COST_MS = learned.meta.options.pollCostMs ?? 1000;

/** What the numbers say of backoffs: the article's doubling against a plain interval, and the learned one against the best. */
export function backoffFindings(input: FindingInput): readonly ComparisonFinding[] {
  return cellGroups(input).flatMap(({ name, cells }) => {
    const plain = cells.find((cell) => isFixed(cell));
    const doubling = cells.filter(({ choices }) => choices.backoff === 'exponential' || choices.backoff === 'stepped');
    const learning = cells.filter(({ choices }) => choices.backoff?.startsWith('learned') === true);
    return [
      ...(plain === undefined ? [] : doubling.flatMap((cell) => againstPlain(name, cell, plain, input))),
      ...learning.flatMap((cell) => againstBest(name, cell, input)),
    ];
  });
}

/** "5 s each time" is what people do who think no further. */
function isFixed({ choices, calls }: ComparedCell): boolean {
  return calls > 0 && choices.backoff === 'fixed:intervalMs=5000';
}

function againstPlain(
  name: string,
  cell: ComparedCell,
  plain: ComparedCell,
  { resultsOf, conditions }: FindingInput,
): readonly ComparisonFinding[] {
  const draw = createPrng(SEED).fork(`${cell.id}/plain`);
  const [own, other] = [resultsOf(cell), resultsOf(plain)];
  const polls = pairedDifference(pollsOf(other), pollsOf(own), draw);
  const lag = pairedDifference(lagByCall(other), lagByCall(own), draw);
  if (polls.value === null || lag.value === null) return [];
  const cost = polls.value * POLL_COST_MS + lag.value;
  const what = polls.value < 0 ? `saves ${pollsText(polls, -1)}` : `costs ${pollsText(polls, 1)} more`;
  const price = lag.value > 0 ? `costs ${lagText(lag, 1)} of lag` : `saves ${lagText(lag, -1)} of lag`;
  const text = `${where(name)}${cellName(cell, conditions)} ${what} a task and ${price} against a plain 5 s interval (n = ${lag.n} pairs)`;
  return [{ kind: cost > 0 ? 'contradicts' : 'holds', text }];
}

function againstBest(
  name: string,
  cell: ComparedCell,
  { resultsOf, conditions }: FindingInput,
): readonly ComparisonFinding[] {
  const results = resultsOf(cell);
  const calls = callsOf(results);
  const spent = meanOrNull(calls.flatMap(({ polls, lagMs }) => (lagMs === null ? [] : [polls * POLL_COST_MS + lagMs])));
  const durations = results.flatMap(({ plan }) => plan.calls.map(({ ms }) => ms));
  if (spent === null || durations.length === 0) return [];
  const best = bestFixed(durations, pollCostOf(cell));
  const ratio = Math.round((spent / best.costMs - 1) * 100);
  const verdict = ratio > 0 ? `${ratio} % more than` : `${-ratio} % less than`;
  const text =
    `${where(name)}${cellName(cell, conditions)} costs ${seconds(spent)} a task (a poll counted as ${seconds(POLL_COST_MS)}), ` +
    `${verdict} the best fixed interval, ${seconds(best.intervalMs)}, which nobody knows beforehand (n = ${calls.length})`;
  return [{ kind: ratio > 10 ? 'contradicts' : 'holds', text }];
}

/** The fixed interval that costs least for these very durations, and what it costs a task. */
export function bestFixed(
  durationsMs: readonly number[],
  pollCostMs = POLL_COST_MS,
): { readonly intervalMs: number; readonly costMs: number } {
  const meanMs = meanOrNull(durationsMs) ?? 0;
  const middleMs = Math.sqrt(2 * pollCostMs * Math.max(1, meanMs));
  const tried = Array.from({ length: 161 }, (_, step) => middleMs * 2 ** ((step - 80) / 40));
  let best = { intervalMs: middleMs, costMs: Number.POSITIVE_INFINITY };
  for (const intervalMs of tried) {
    let sum = 0;
    for (const ms of durationsMs) {
      const polls = Math.max(1, Math.ceil(ms / intervalMs));
      sum += polls * pollCostMs + polls * intervalMs - ms;
    }
    const costMs = sum / durationsMs.length;
    if (costMs < best.costMs) best = { intervalMs, costMs };
  }
  return best;
}

function pollCostOf({ choices }: ComparedCell): number {
  return backoffNamed(choices.backoff ?? 'learned').options.pollCostMs ?? POLL_COST_MS;
}

function where(name: string): string {
  return name === '' ? '' : `${name}: `;
}

function pollsText({ value, low, high }: Measure, sign: 1 | -1): string {
  return `${shown(value, sign)} polls${rangeText(low, high, sign, (one) => one.toFixed(1))}`;
}

function lagText({ value, low, high }: Measure, sign: 1 | -1): string {
  return `${seconds((value ?? 0) * sign)}${rangeText(low, high, sign, (one) => (one / 1000).toFixed(1))}`;
}

function shown(value: number | null, sign: number): string {
  return ((value ?? 0) * sign).toFixed(1);
}

function rangeText(low: number | null, high: number | null, sign: number, text: (value: number) => string): string {
  if (low === null || high === null) return '';
  const ends = [low * sign, high * sign].sort((a, b) => a - b).map(text);
  return ` [${ends.join(' to ')}]`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
