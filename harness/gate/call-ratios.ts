import type { CallRatio } from '../model/call-ratio.ts';
import type { CallSamples } from '../model/call-samples.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { bootstrapped, quantileOf } from './interval.ts';
import { FLOOR } from './noise-floor.ts';

/** One run of two, with the samples of its calls. */
export interface RatioSide {
  readonly plan: Plan;
  readonly samples: readonly CallSamples[];
}

/** Fewer say nothing of a median. */
const PAIRS_MIN = 10;
/** Of what is shorter, the clocks and the scheduler are what differs. */
const BASE_MS_MIN = 5;
const LEAST_MS = 0.001;
/** More pairs would take seconds to draw from again and again, and their median would hardly be surer. */
const PAIRS_DRAWN_MAX = 4000;

const middleOf = quantileOf(0.5);

/**
 * The same calls of two runs held against each other, one row a metric that both have. Two calls are the same when their number, tool
 * and planned duration are. Pure and seeded: the same runs give the same intervals.
 */
export function callRatios(baseline: RatioSide, candidate: RatioSide): readonly CallRatio[] {
  const others = new Map(candidate.samples.map((samples) => [samples.metric, samples]));
  const isSame = sameCalls(baseline.plan, candidate.plan);
  return baseline.samples.flatMap((own) => {
    const other = others.get(own.metric);
    return other === undefined ? [] : [ratioOf(own, other, isSame)];
  });
}

function ratioOf(own: CallSamples, other: CallSamples, isSame: (call: number) => boolean): CallRatio {
  const { metric } = own;
  const before: number[] = [];
  const after: number[] = [];
  let lone = 0;
  for (const call of new Set([...own.byCall.keys(), ...other.byCall.keys()])) {
    const [a, b] = [own.byCall.get(call) ?? null, other.byCall.get(call) ?? null];
    if (a === null && b === null) continue;
    if (a === null || b === null || !isSame(call)) lone += 1;
    else {
      before.push(a);
      after.push(b);
    }
  }
  const pairs = before.length;
  const base = {
    ...{ metric, pairs, lone, floor: Math.exp(FLOOR) },
    baselineMs: middleOf(before),
    candidateMs: middleOf(after),
  };
  if (pairs < PAIRS_MIN) return { ...base, ...unknown(`${pairs} calls in common; it takes ${PAIRS_MIN}`) };
  if (Math.max(base.baselineMs ?? 0, base.candidateMs ?? 0) < BASE_MS_MIN) {
    return { ...base, ...unknown(`below ${BASE_MS_MIN} ms the machine is what differs`) };
  }
  const logs = before.map((a, index) => Math.log(Math.max(after[index] ?? 0, LEAST_MS) / Math.max(a, LEAST_MS)));
  const step = Math.ceil(logs.length / PAIRS_DRAWN_MAX);
  const drawn = logs.filter((_, index) => index % step === 0);
  const { value, low, high } = bootstrapped(drawn, middleOf, createPrng(1).fork(metric));
  if (value === null || low === null || high === null) return { ...base, ...unknown('no interval') };
  const ratio = { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
  return { ...base, ratio, outcome: outcomeOf(low, high), reason: null };
}

function unknown(reason: string): Pick<CallRatio, 'ratio' | 'outcome' | 'reason'> {
  return { ratio: null, outcome: 'unknown', reason };
}

/** Beyond the floor with the whole interval, or within it; else the runs leave it open. */
function outcomeOf(low: number, high: number): CallRatio['outcome'] {
  if (low > FLOOR) return 'slower';
  if (high < -FLOOR) return 'faster';
  return low >= -FLOOR && high <= FLOOR ? 'alike' : 'open';
}

function sameCalls(a: Plan, b: Plan): (call: number) => boolean {
  const isAlike = (one: PlannedCall | undefined, other: PlannedCall | undefined) =>
    one !== undefined && other !== undefined && one.tool === other.tool && one.ms === other.ms;
  return (call) => isAlike(a.calls[call - 1], b.calls[call - 1]);
}
