import type {
  CalibrationCheck,
  CalibrationComparison,
  CalibrationNoise,
  CalibrationRow,
  CalibrationTie,
} from '../model/calibration.ts';
import { EXIT } from '../model/exit-code.ts';
import type { PlannedWorld } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Allowance, derivedAllowance, modelRange, noiseOf, type RunsOfPlan, tieMs } from './calibration-noise.ts';
import type { Observation } from './calibration-observation.ts';
import { undecidedShare } from './calibration-order.ts';
import { type Measured, measureRows } from './calibration-rows.ts';
import { findTies } from './calibration-ties.ts';

/** `real`: complete runs, at least one. */
export interface CalibrationInput extends RunsOfPlan {
  /** Nothing was planned to go wrong: then counts and times are judged, else only fates and checks. */
  readonly isFaultless: boolean;
}

export type Compared = Pick<CalibrationComparison, 'agrees' | 'exitCode' | 'noise' | 'checks' | 'rows' | 'ties'>;

/** Counts whose truth is decided by which poll finds the end of a task. */
const DECIDED_BY_POLLS: readonly string[] = [
  'status reads',
  'polls',
  'polls-per-task',
  'useful-polls',
  'interval-compliance',
];

// What falls into one second or into one order: shares of it move by so much although nothing else does.
const SHAPE_SHARE = 0.25;
const SHAPE_LEAST = 0.05;

/** Shapes that come from the order of results alone. */
const ORDERS: readonly string[] = ['inversion-degree', 'out-of-order-accuracy'];

/**
 * Real runs of a plan against its virtual one. Without faults counts must be equal, but for ties named one by one, and times lie
 * in the range of the real runs widened by the timers, or differ by no more than a named and measured cause allows. With faults
 * fates and checks must agree, and the rest is shown. Exit code: 0, 1 counts, fates or checks differ, 2 nothing to compare, 3 times
 * that nothing explains.
 */
export function compareTimes(input: CalibrationInput): Compared {
  const { real, virtual, machine, isFaultless } = input;
  const noise = noiseOf(real);
  const checks = compareChecks(real, virtual);
  const withinMs = tieMs(input);
  const found = isFaultless ? findTies(real, virtual, withinMs) : null;
  const grounds: Grounds = {
    noise,
    machine,
    undecided: Math.max(...[...real, virtual].map((run) => undecidedShare(run, withinMs))),
    ties: found ?? [],
    allowance: (metric) => derivedAllowance(metric, input),
  };
  const rows = measureRows(real, virtual).map((row): CalibrationRow => {
    if (!isFaultless && !row.metric.startsWith('fate ')) {
      return { ...row, verdict: 'shown', cause: 'what a fault meets differs from run to run' };
    }
    return { ...row, ...judgeRow(row, grounds) };
  });
  const isDifferent = rows.some(({ verdict }) => verdict === 'differs') || checks.some(({ agrees }) => !agrees);
  const isUnexplained = rows.some(({ verdict }) => verdict === 'unexplained');
  const isOpen = rows.length === 0 || rows.some(({ verdict }) => verdict === 'unknown');
  return {
    agrees: isDifferent || isUnexplained ? false : isOpen ? 'unknown' : true,
    exitCode: isDifferent ? EXIT.violated : isUnexplained ? EXIT.threshold : isOpen ? EXIT.unknown : EXIT.valid,
    noise,
    checks,
    rows,
    ties: found ?? [],
  };
}

interface Grounds {
  readonly noise: CalibrationNoise;
  readonly machine: PlannedWorld;
  /** Share of the pairs of calls whose order is a matter of chance. */
  readonly undecided: number;
  allowance(metric: string): Allowance;
  readonly ties: readonly CalibrationTie[];
}

type Judged = Pick<CalibrationRow, 'verdict' | 'cause'>;

function judgeRow(row: Measured, grounds: Grounds): Judged {
  const { low, high, virtual, kind } = row;
  const { noise } = grounds;
  if (row.real.includes(null) || low === null || high === null || virtual === null) {
    return { verdict: kind === 'count' ? 'differs' : 'unknown', cause: 'not every run has this number' };
  }
  switch (kind) {
    case 'count':
      return judgeCount(row, grounds.ties);
    case 'shape':
      return judgeShape(row.metric, { low, high, virtual }, grounds.undecided);
    case 'machine':
      return judgeMachine({ low, high, virtual }, noise, modelRange(row.metric, grounds.machine));
    case 'time':
      return judgeTime({ low, high, virtual }, noise, grounds.allowance(row.metric));
  }
}

function judgeCount({ metric, real, virtual }: Measured, ties: readonly CalibrationTie[]): Judged {
  if (real.every((value) => value === virtual)) return { verdict: 'equal' };
  // A run without a tie of its own has no excuse.
  const isTied = real.every((value, run) => value === virtual || ties.some((tie) => tie.run === run));
  if (!isTied || !DECIDED_BY_POLLS.includes(metric)) return { verdict: 'differs' };
  const calls = [...new Set(ties.map(({ call }) => call))].join(', ');
  return { verdict: 'tie', cause: `the work of call ${calls} ended while the deciding poll was under way` };
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly virtual: number;
}

function judgeShape(metric: string, { low, high, virtual }: Range, undecided: number): Judged {
  if (virtual >= low && virtual <= high) return { verdict: low === high ? 'equal' : 'within' };
  const isOrder = ORDERS.includes(metric);
  const slack = isOrder ? undecided : Math.max(SHAPE_SHARE * high, SHAPE_LEAST);
  const cause = isOrder
    ? `${(undecided * 100).toFixed(0)} % of the pairs were sent, or arrived, so near to each other that their order is chance`
    : 'depends on which events fall into the same second, or between two updates';
  const isNear = virtual >= low - slack && virtual <= high + slack;
  return { verdict: isNear ? 'explained' : 'unexplained', cause };
}

/** A time of the machine is no result: in virtual time it is what the model says, and that it keeps to itself is what is judged. */
function judgeMachine(
  { low, high, virtual }: Range,
  { timerMs }: CalibrationNoise,
  model: readonly [number, number] | null,
): Judged {
  if (virtual >= low - timerMs && virtual <= high + timerMs) return { verdict: 'within' };
  if (model === null) return { verdict: 'unexplained' };
  const [from, to] = model;
  const range = `the model gives ${from} to ${to} ms`;
  if (virtual < from || virtual > to) return { verdict: 'unexplained', cause: `${range}, and this is something else` };
  const cause =
    virtual < low
      ? 'virtual time charges no CPU: the difference is what this machine takes to run the code, and what its timers are late'
      : 'this machine is faster than the model; --link, --store-latency and --boot change it';
  return { verdict: 'explained', cause };
}

function judgeTime({ low, high, virtual }: Range, { timerMs }: CalibrationNoise, allowed: Allowance): Judged {
  if (virtual >= low - timerMs && virtual <= high + timerMs) return { verdict: 'within' };
  const shorterMs = low - timerMs - virtual;
  const longerMs = virtual - high - timerMs;
  const isExplained = shorterMs <= allowed.shorterMs && longerMs <= allowed.longerMs;
  return { verdict: isExplained ? 'explained' : 'unexplained', cause: allowed.cause };
}

function compareChecks(real: readonly Observation[], virtual: Observation): readonly CalibrationCheck[] {
  const verdicts = [...real, virtual].map(({ verdict }) => verdict);
  const titles = new Map(verdicts.flatMap(({ checkers }) => checkers.map(({ id, title }) => [id, title] as const)));
  return [...titles].map(([id, title]) => {
    const ofReal = real.map(({ verdict }) => validityOf(verdict, id));
    const ofVirtual = validityOf(virtual.verdict, id);
    return { id, title, real: ofReal, virtual: ofVirtual, agrees: ofReal.every((validity) => validity === ofVirtual) };
  });
}

/** A checker that a run does not have says nothing about it. */
function validityOf({ checkers }: Verdict, id: string) {
  return checkers.find((checker) => checker.id === id)?.valid ?? 'unknown';
}
