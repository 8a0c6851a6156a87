import type { MetricValue, TrendValue } from '../model/metric-value.ts';
import type { Fate, ThresholdVerdict, Validity } from '../model/verdict.ts';
import type { Threshold } from '../plan/threshold.ts';
import type { Operator, Phase } from '../plan/threshold-text.ts';

/** What was measured, as far as thresholds may name it. */
export interface Measured {
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly fates: Readonly<Partial<Record<Fate, number>>>;
  /** The same of the calls of one part of the run; absent: parts cannot be told (a run that kept no events). */
  readonly during?: (phase: Phase) => Measured & { readonly calls: number };
}

/**
 * Holds a threshold against what was measured. No sample is `unknown`, never a pass. In a trend with censored subjects the
 * missing samples may be anything from the latest look upwards: an upper bound holds only where a higher percentile that
 * covers them is within it too; a lower bound that fails is unknown.
 */
export function evaluateThreshold(threshold: Threshold, measured: Measured): ThresholdVerdict {
  const { expression, subject, during } = threshold;
  if (threshold.against !== undefined) return unknown(expression, 'one run has no baseline; claimcheck gate judges it');
  if (during !== undefined) {
    const part = measured.during?.(during);
    if (part === undefined) return unknown(expression, 'this run kept nothing that tells its parts');
    if (part.calls === 0) return unknown(expression, `no call of this run belongs to its part '${during}'`);
    const { during: _asked, ...plain } = threshold;
    return evaluateThreshold(plain, { metrics: part.metrics, fates: part.fates });
  }
  if (subject.kind === 'fate') {
    const value = measured.fates[subject.fate] ?? 0;
    return { expression, valid: holds(value, threshold), value };
  }
  const metric = Object.hasOwn(measured.metrics, subject.metric) ? measured.metrics[subject.metric] : undefined;
  if (!metric) return unknown(expression, `this run holds no evidence for ${subject.metric}`);
  const value = statisticOf(metric, subject.kind === 'curve' ? `at:${subject.at}` : subject.statistic);
  if (value === null) return unknown(expression, reasonForNull(metric, subject));
  if (metric.type === 'trend' && metric.censored > 0 && subject.kind === 'metric') {
    return censored(threshold, metric, subject.statistic, value);
  }
  return { expression, valid: holds(value, threshold), value };
}

/** One number of a metric; of a curve, 'at:7000'. null: there is none. */
export function statisticOf(metric: MetricValue, statistic: string): number | null {
  switch (metric.type) {
    case 'trend':
      return trendStatistic(metric, statistic);
    case 'counter':
      return metric.value;
    case 'rate':
      if (statistic === 'numerator') return metric.numerator;
      return statistic === 'denominator' ? metric.denominator : metric.value;
    case 'curve':
      if (statistic === 'count') return metric.count;
      // A share of nothing is no evidence.
      return metric.count === 0 ? null : (metric.at[statistic.slice('at:'.length)] ?? null);
  }
}

function trendStatistic(metric: TrendValue, statistic: string): number | null {
  switch (statistic) {
    case 'count':
    case 'censored':
    case 'min':
    case 'mean':
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
    case 'max':
      return metric[statistic];
    default:
      return null;
  }
}

const UPWARDS: readonly Operator[] = ['<', '<='];
const QUANTILES: readonly { readonly name: 'p50' | 'p90' | 'p95' | 'p99' | 'max'; readonly p: number }[] = [
  { name: 'p50', p: 0.5 },
  { name: 'p90', p: 0.9 },
  { name: 'p95', p: 0.95 },
  { name: 'p99', p: 0.99 },
  { name: 'max', p: 1 },
];

function censored(threshold: Threshold, metric: TrendValue, statistic: string, value: number): ThresholdVerdict {
  const { expression, operator } = threshold;
  const seen = holds(value, threshold);
  const plain: ThresholdVerdict = { expression, valid: seen, value };
  if (statistic === 'count' || statistic === 'censored') return plain;
  const reason = `${metric.censored} of ${metric.count + metric.censored} never gave a sample; theirs can only be larger`;
  const open: ThresholdVerdict = { expression, valid: 'unknown', value, reason };
  if (operator === '==' || operator === '!=') return open;
  // Missing samples are larger than those seen: what fails an upper bound, or passes a lower one, does so in truth as well.
  if (!UPWARDS.includes(operator)) return seen ? plain : open;
  if (!seen) return plain;
  return isCovered(threshold, metric, statistic) ? plain : open;
}

/** With c censored of n + c, the true p-quantile is at most the (p · (n + c) / n)-quantile of those seen. */
function isCovered(threshold: Threshold, metric: TrendValue, statistic: string): boolean {
  const own = QUANTILES.find(({ name }) => name === statistic);
  if (!own || metric.count === 0 || own.p === 1) return false;
  const needed = (own.p * (metric.count + metric.censored)) / metric.count;
  const above = QUANTILES.find(({ name, p }) => p >= needed && metric[name] !== null);
  const bound = above === undefined ? null : metric[above.name];
  return bound !== null && holds(bound, threshold);
}

export function holds(value: number, { operator, bound }: Pick<Threshold, 'operator' | 'bound'>): boolean {
  switch (operator) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '==':
      return value === bound;
    case '!=':
      return value !== bound;
  }
}

function unknown(expression: string, reason: string): ThresholdVerdict {
  const valid: Validity = 'unknown';
  return { expression, valid, value: null, reason };
}

function reasonForNull(metric: MetricValue, subject: Exclude<Threshold['subject'], { kind: 'fate' }>): string {
  if (subject.kind === 'curve' && metric.type === 'curve' && metric.count > 0) {
    return `${subject.metric} has no point at ${subject.at}; known: ${Object.keys(metric.at).join(', ')}`;
  }
  if (metric.type === 'trend' && subject.kind === 'metric') {
    return `${metric.count} ${metric.count === 1 ? 'sample is' : 'samples are'} too few for ${subject.metric}.${subject.statistic}`;
  }
  return `${subject.metric} has nothing to be a share of in this run`;
}
