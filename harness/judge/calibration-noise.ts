import type { CalibrationNoise } from '../model/calibration.ts';
import type { TrendValue } from '../model/metric-value.ts';
import type { PlannedWorld } from '../model/plan.ts';
import { type Observation, valuesOf } from './calibration-observation.ts';

/** Real timers end up to 1 ms late on a machine at rest, and virtual time has whole ms. */
const TIMER_MS = 2;

/** Ways to the store and back on the path of one request, at most: a read and a write, each with a second try. */
const STORE_WAYS_MAX = 8;

/**
 * Times that the machine puts into a run, or its model in virtual time: no results of virtual time but what goes into it.
 * The model must keep to itself: the least and the most it can give, ms.
 */
const MODEL_RANGES: Readonly<Record<string, (machine: PlannedWorld) => readonly [number, number]>> = {
  'ack-latency': exchangeRange,
  'read-latency': exchangeRange,
  'queue-wait': (machine) => [0, exchangeRange(machine)[1]],
  'work-overrun': (machine) => [0, exchangeRange(machine)[1]],
  'poll-lateness': () => [0, TIMER_MS],
  'generator-lateness': () => [0, TIMER_MS],
  'boot-time': (machine) => [machine.bootMs[0], machine.bootMs[1] + exchangeRange(machine)[1]],
};

/** What a time that follows from others is made of, beside what was planned; `sooner`: what makes it shorter. */
const PARTS: Readonly<Record<string, { readonly later: readonly string[]; readonly sooner: readonly string[] }>> = {
  service: { later: ['work-overrun'], sooner: [] },
  // Work that ends later has to wait less for the next poll.
  'detection-lag': {
    later: ['ack-latency', 'read-latency', 'poll-lateness'],
    sooner: ['queue-wait', 'work-overrun'],
  },
};
const ALL_PARTS = {
  later: ['ack-latency', 'queue-wait', 'work-overrun', 'read-latency', 'poll-lateness', 'generator-lateness'],
  sooner: [],
} as const;

/** Runs of one plan in both times, and what stood in for the machine in virtual time. */
export interface RunsOfPlan {
  readonly real: readonly Observation[];
  readonly virtual: Observation;
  readonly machine: PlannedWorld;
}

/** By how much a time may differ beyond the range of the real runs, and for what reason. */
export interface Allowance {
  /** Virtual time may be shorter by so much, ms. */
  readonly shorterMs: number;
  /** And longer by so much. */
  readonly longerMs: number;
  readonly cause: string;
}

export function isMachineTime(metric: string): boolean {
  return Object.hasOwn(MODEL_RANGES, metric);
}

/** The range the model can give this time of the machine; null: it is none. */
export function modelRange(metric: string, machine: PlannedWorld): readonly [number, number] | null {
  return MODEL_RANGES[metric]?.(machine) ?? null;
}

/** The largest of what the real runs saw. */
export function noiseOf(real: readonly Observation[]): CalibrationNoise {
  return {
    timerMs: TIMER_MS,
    floorMs: largest(real.map(({ floorMs }) => floorMs)),
    exchangesAtOnce: largest(real.map(({ exchangesAtOnce }) => exchangesAtOnce)) ?? 0,
    latenessMs: largest(real.map(({ machine }) => tailOf(machine['poll-lateness']))),
  };
}

/** A time that follows from others may differ by as much as those were measured to differ, all of them together. */
export function derivedAllowance(metric: string, runs: RunsOfPlan): Allowance {
  const parts = PARTS[metric] ?? ALL_PARTS;
  const later = parts.later.map((part) => addedBy(part, runs));
  const sooner = parts.sooner.map((part) => addedBy(part, runs));
  const telling = [...later, ...sooner]
    .filter(({ ms }) => Math.abs(ms) >= 1)
    .map(({ part, ms }) => `${part} ${signed(ms)}`);
  return {
    shorterMs: total(later, 1) + total(sooner, -1),
    longerMs: total(later, -1) + total(sooner, 1),
    cause: `follows from what this machine adds to the model (tails, ms): ${telling.join(', ') || 'nothing'}`,
  };
}

/** How far an end of work may move against a poll from one run to the next. */
export function tieMs(runs: RunsOfPlan): number {
  return (
    TIMER_MS +
    total(
      ALL_PARTS.later.map((part) => addedBy(part, runs)),
      1,
    )
  );
}

function exchangeRange({ linkMs, storeMs }: PlannedWorld): readonly [number, number] {
  return [2 * linkMs[0], 2 * linkMs[1] + STORE_WAYS_MAX * storeMs[1]];
}

interface Part {
  readonly part: string;
  readonly ms: number;
}

/** What the model itself cannot give is no excuse for anything that follows from it. */
function addedBy(part: string, { real, virtual, machine }: RunsOfPlan): Part {
  const modelled = tailOf(trendOf(virtual, part));
  const measured = largest(real.map((run) => tailOf(trendOf(run, part))));
  if (modelled === null || measured === null) return { part, ms: 0 };
  const [, mostMs] = modelRange(part, machine) ?? [0, modelled];
  return { part, ms: measured - Math.min(modelled, mostMs) };
}

/** What parts of this sign come to. */
function total(parts: readonly Part[], sign: 1 | -1): number {
  return parts.reduce((sum, { ms }) => sum + Math.max(0, sign * ms), 0);
}

function trendOf(run: Observation, metric: string): TrendValue | undefined {
  const value = valuesOf(run)[metric];
  return value?.type === 'trend' ? value : undefined;
}

/** The sharpest tail there are samples for. */
function tailOf(value: TrendValue | undefined): number | null {
  return value === undefined ? null : (value.p95 ?? value.max);
}

function largest(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function signed(ms: number): string {
  return `${ms > 0 ? '+' : ''}${ms.toFixed(1)}`;
}
