import { type Measured, statisticOf } from '../judge/threshold-evaluation.ts';
import { metrics } from '../metrics/index.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Threshold } from '../plan/threshold.ts';
import type { GateInput } from './decision.ts';
import type { GatedMetric } from './eligibility.ts';
import type { Reading } from './paired-ratio.ts';

/** What was measured of both sides of one pair. */
export interface MeasuredPair {
  readonly baseline: Measured;
  readonly candidate: Measured;
}

/** The first of these that the target gives evidence for is primary: the work itself, or else all that its caller waits for. */
const PRIMARY = [
  ['service', 'p95'],
  ['end-to-end', 'p95'],
] as const;
/** Few, since each of them takes from the power of the others: where time goes, and what a task costs. */
const SECONDARY = [
  ['end-to-end', 'p95'],
  ['ack-latency', 'p95'],
  ['queue-wait', 'p95'],
  ['detection-lag', 'p95'],
  ['polls-per-task', 'mean'],
  ['wasted-bytes', 'value'],
  ['store-operations', 'rate'],
  ['store-bytes', 'rate'],
] as const;

/** The metrics of a paired gate with their pairs, and the thresholds `… paired` that somebody asked for. */
export function gateInputs(pairs: readonly MeasuredPair[], thresholds: readonly Threshold[]): readonly GateInput[] {
  const [first] = PRIMARY.filter(([id]) => pairs.some(({ baseline }) => (baseline.metrics[id] ?? null) !== null));
  const primary = first ?? PRIMARY[0];
  const rest = SECONDARY.filter(
    ([id]) => id !== primary[0] && pairs.some(({ baseline }) => Object.hasOwn(baseline.metrics, id)),
  );
  return [
    inputOf(primary, 'primary', pairs),
    ...rest.map((one) => inputOf(one, 'secondary', pairs)),
    ...thresholds.map((threshold) => thresholdInput(threshold, pairs)),
  ];
}

/** Throws a UsageError for a threshold that pairs cannot judge. */
export function checkPaired(threshold: Threshold): void {
  const { expression, subject, operator, against, bound } = threshold;
  if (against !== 'paired')
    throw new UsageError(`'${expression}' does not end in 'paired', and gate --paired judges nothing else.`);
  if (subject.kind === 'fate')
    throw new UsageError(`'${expression}': fates are counted exactly, in every run; leave it out.`);
  const better = betterOf(subject.metric, operator);
  const wanted = better === 'lower' ? ['<', '<='] : ['>', '>='];
  if (!wanted.includes(operator) || bound <= 0) {
    throw new UsageError(
      `'${expression}': of ${subject.metric}, ${better} is better; write ${wanted.join(' or ')} and a factor above 0.`,
    );
  }
}

function thresholdInput(threshold: Threshold, pairs: readonly MeasuredPair[]): GateInput {
  const { expression, subject, operator, bound, during } = threshold;
  if (subject.kind === 'fate') throw new Error(`expected a metric in '${expression}', found a fate`);
  const statistic = subject.kind === 'curve' ? `at:${subject.at}` : subject.statistic;
  const better = betterOf(subject.metric, operator);
  const part = (measured: Measured) => (during === undefined ? measured : measured.during?.(during));
  return {
    metric: gatedMetric(expression, subject.metric, statistic, better),
    role: 'secondary',
    pairs: pairs.map(({ baseline, candidate }) => ({
      baseline: readingOf(part(baseline), subject.metric, statistic),
      candidate: readingOf(part(candidate), subject.metric, statistic),
    })),
    allowed: better === 'lower' ? Math.log(bound) : -Math.log(bound),
  };
}

function inputOf(
  [id, statistic]: readonly [string, string],
  role: GateInput['role'],
  pairs: readonly MeasuredPair[],
): GateInput {
  return {
    metric: gatedMetric(`${id}.${statistic}`, id, statistic, 'lower'),
    role,
    pairs: pairs.map(({ baseline, candidate }) => ({
      baseline: readingOf(baseline, id, statistic),
      candidate: readingOf(candidate, id, statistic),
    })),
  };
}

function gatedMetric(name: string, id: string, statistic: string, better: 'lower' | 'higher'): GatedMetric {
  const quantile = /^p(\d\d)$/.exec(statistic)?.[1];
  const meta = metrics[id]?.meta;
  return {
    id: name,
    unit: meta?.unit ?? '',
    better,
    quantile: quantile === undefined ? null : Number(quantile) / 100,
  };
}

/** One number of one run, with what stands behind it. */
function readingOf(measured: Measured | undefined, id: string, statistic: string): Reading {
  const value = measured?.metrics[id];
  if (value === undefined) return { value: null, samples: null, censored: 0 };
  const isTrend = value.type === 'trend';
  return {
    value: statisticOf(value, statistic),
    samples: isTrend ? value.count : null,
    censored: isTrend ? value.censored : 0,
  };
}

/** What is better stands in the metric; where it has no better side, the threshold says it. */
function betterOf(id: string, operator: Threshold['operator']): 'lower' | 'higher' {
  const better = metrics[id]?.meta.better;
  if (better === 'lower' || better === 'higher') return better;
  return operator.startsWith('>') ? 'higher' : 'lower';
}
