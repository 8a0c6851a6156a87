import type { Prng } from '../model/prng.ts';
import { type GatedMetric, PAIRS_MIN, whyNotGated } from './eligibility.ts';
import { bootstrapped, quantileOf } from './interval.ts';
import { FLOOR_MAX, floorOf, noiseOf } from './noise-floor.ts';
import { type Pair, worseningOf } from './paired-ratio.ts';
import { holm, signedRankTest } from './signed-rank.ts';

export type Outcome = 'regression' | 'no-regression' | 'inconclusive';

/** A metric with its pairs, and what part it has in the decision. */
export interface GateInput {
  readonly metric: GatedMetric;
  /** One metric is primary and stands for itself; the secondary ones share one chance of a false alarm. */
  readonly role: 'primary' | 'secondary';
  readonly pairs: readonly Pair[];
  /** A worsening that is allowed, as a log-ratio; absent: the floor of the noise. */
  readonly allowed?: number;
}

/** What became of one metric. Log-ratios: positive is worse. */
export interface MetricDecision {
  readonly metric: GatedMetric;
  readonly role: 'primary' | 'secondary' | 'reported';
  readonly outcome: Outcome | null;
  /** Median of the paired log-ratios, with its 95 % interval; null: too few pairs. */
  readonly worsening: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly floor: number;
  /** Of the signed-rank test, after Holm for secondary metrics. */
  readonly probability: number;
  /** Pairs in which both have a value. */
  readonly pairs: number;
  /** Medians of both sides, in the unit of the metric. */
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly reason: string | null;
}

// One-sided, as the lower end of a 95 % interval.
const ALPHA = 0.025;
const medianOf = quantileOf(0.5);

/**
 * One decision for each metric. A regression: the interval of the median paired ratio lies wholly above the floor, and, for a
 * secondary metric, the signed-rank test says so after Holm. No regression: the interval lies wholly at or below it. Else inconclusive.
 */
export function decideMetrics(inputs: readonly GateInput[], draw: Prng): readonly MetricDecision[] {
  const measured = inputs.map((input) => ({ input, decision: decideOne(input, draw.fork(input.metric.id)) }));
  const family = measured.filter(({ input, decision }) => input.role === 'secondary' && decision.outcome !== null);
  const adjusted = holm(family.map(({ decision }) => decision.probability));
  const raised = new Map(family.map(({ decision }, index) => [decision, adjusted[index] ?? 1]));
  return measured.map(({ decision }) => {
    const probability = raised.get(decision) ?? decision.probability;
    if (decision.outcome !== 'regression' || probability <= ALPHA) return { ...decision, probability };
    const reason = 'worse than the floor, and yet not beyond chance among so many metrics';
    return { ...decision, probability, outcome: 'inconclusive', reason };
  });
}

function decideOne({ metric, role, pairs, allowed }: GateInput, draw: Prng): MetricDecision {
  const ratios = pairs.flatMap((pair) => worseningOf(pair, metric.better) ?? []);
  const { value, low, high } = bootstrapped(ratios, medianOf, draw);
  const floor = allowed ?? floorOf(noiseOf(ratios, draw.fork('noise')));
  const measured = {
    metric,
    worsening: value,
    low,
    high,
    floor,
    probability: signedRankTest(ratios.map((ratio) => ratio - floor)),
    pairs: ratios.length,
    baseline: medianOf(pairs.flatMap(({ baseline }) => baseline.value ?? [])),
    candidate: medianOf(pairs.flatMap(({ candidate }) => candidate.value ?? [])),
  };
  const why = whyNotGated(metric, pairs);
  if (why !== null) return { ...measured, role: 'reported', outcome: null, reason: why };
  return { ...measured, role, ...judged({ ...measured, all: pairs, isNoise: allowed === undefined }) };
}

function judged(measured: {
  readonly low: number | null;
  readonly high: number | null;
  readonly floor: number;
  readonly pairs: number;
  readonly all: readonly Pair[];
  readonly isNoise: boolean;
}): Pick<MetricDecision, 'outcome' | 'reason'> {
  const { low, high, floor, pairs, all, isNoise } = measured;
  const gone = all.filter(({ baseline, candidate }) => baseline.value !== null && candidate.value === null).length;
  if (gone > 0)
    return { outcome: 'inconclusive', reason: `the candidate gave no number in ${gone} of ${all.length} runs` };
  if (pairs < PAIRS_MIN || low === null || high === null) {
    return { outcome: 'inconclusive', reason: `${pairs} pairs are too few; ${PAIRS_MIN} are needed` };
  }
  if (low > floor) return { outcome: 'regression', reason: null };
  if (high > floor) return { outcome: 'inconclusive', reason: 'the interval spans the floor' };
  if (isNoise && floor > FLOOR_MAX) {
    return {
      outcome: 'inconclusive',
      reason: `too noisy: the floor is at ${Math.round((Math.exp(floor) - 1) * 100)} %`,
    };
  }
  const missing = all.filter(({ baseline, candidate }) => candidate.censored > baseline.censored).length;
  if (missing > 0) {
    return {
      outcome: 'inconclusive',
      reason: `in ${missing} runs the candidate has more tasks that never gave a sample`,
    };
  }
  return { outcome: 'no-regression', reason: null };
}
