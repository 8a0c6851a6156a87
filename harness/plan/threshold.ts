/**
 * What a user demands of a run in numbers: `detection-lag.p95 < 800ms`, `lost == 0`, `service.p95 during clean < 60ms`,
 * `response-survival.at(7000) < 0.1`, `polls-per-task <= baseline`, `service.p95 <= baseline * 1.05 paired`.
 *
 *   threshold = name [ "." statistic ] [ "during" phase ] operator bound
 *   bound     = number [ unit ] | "baseline" [ "*" number ] [ "paired" ]
 *   phase     = "clean" | "fault" | "recovery" (calls that no fault touched, that one touched, and those after it)
 *   name      = metric id | fate
 *   statistic = "count" | "p95" | … (by the metric's type) | "at(" milliseconds ")"
 *   operator  = "<" | "<=" | ">" | ">=" | "==" | "!="
 *   unit      = "ms" | "s" | "m" | "h" | "%" | "B" | "KB" | "MB" | "KiB" | "MiB"
 *
 * Everything is checked before the run: a threshold that can never be computed must not be found out after an hour.
 */
import type { MetricMeta } from '../model/metric.ts';
import type { MetricType } from '../model/metric-value.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { FATES, type Fate } from '../model/verdict.ts';
import { type Operator, type Phase, readThreshold, tidied } from './threshold-text.ts';

export interface Threshold {
  /** As written, spaces tidied: how it stands in the verdict. */
  readonly expression: string;
  readonly subject: ThresholdSubject;
  readonly operator: Operator;
  /** In the unit of the metric: ms, bytes, a ratio in 0..1, or a count. With `against`: a factor of what was measured there. */
  readonly bound: number;
  /** The bound is a multiple of a baseline: a saved one, or one that is run beside it. */
  readonly against?: 'baseline' | 'paired';
  /** Only calls of this part of the run. */
  readonly during?: Phase;
}

export type ThresholdSubject =
  | { readonly kind: 'fate'; readonly fate: Fate }
  | { readonly kind: 'metric'; readonly metric: string; readonly statistic: string }
  /** One point of a curve; `at` is its key. */
  | { readonly kind: 'curve'; readonly metric: string; readonly at: string };

/** What a threshold may name: the meta of every metric, by id. */
export type MetricCatalogue = ReadonlyMap<string, Pick<MetricMeta, 'id' | 'type' | 'unit' | 'perCall'>>;

/** The first of each list is what a name without a statistic means, where there is one. */
const STATISTICS: Readonly<Record<MetricType, readonly string[]>> = {
  trend: ['p50', 'p90', 'p95', 'p99', 'min', 'mean', 'max', 'count', 'censored'],
  counter: ['value'],
  rate: ['rate', 'numerator', 'denominator'],
  curve: ['at(…)', 'count'],
};
const COUNTS: ReadonlySet<string> = new Set(['count', 'censored', 'numerator', 'denominator']);

type Dimension = 'time' | 'bytes' | 'ratio' | 'plain';
const UNITS: Readonly<Record<string, { readonly dimension: Dimension; readonly factor: number }>> = {
  ms: { dimension: 'time', factor: 1 },
  s: { dimension: 'time', factor: 1000 },
  m: { dimension: 'time', factor: 60_000 },
  h: { dimension: 'time', factor: 3_600_000 },
  '%': { dimension: 'ratio', factor: 0.01 },
  B: { dimension: 'bytes', factor: 1 },
  KB: { dimension: 'bytes', factor: 1000 },
  MB: { dimension: 'bytes', factor: 1_000_000 },
  KiB: { dimension: 'bytes', factor: 1024 },
  MiB: { dimension: 'bytes', factor: 1_048_576 },
};

/** Parses and type-checks one threshold. Throws a UsageError that says what would have been right. */
export function parseThreshold(text: string, catalogue: MetricCatalogue): Threshold {
  const read = readThreshold(text);
  const { name, statistic, during, operator, isBaseline, isPaired } = read;
  const { subject, dimension } = subjectOf(text, name, statistic, catalogue);
  if (during !== undefined && subject.kind !== 'fate' && catalogue.get(name)?.perCall !== true) {
    const known = [...catalogue.values()].filter(({ perCall }) => perCall === true).map(({ id }) => id);
    throw new UsageError(
      `Threshold '${text}': ${name} is not counted call by call, so it has no part '${during}'; known: fates, ${known.join(', ')}.`,
    );
  }
  return {
    expression: tidied(read),
    subject,
    operator,
    bound: isBaseline ? Number(read.digits) : boundOf(text, Number(read.digits), read.unit, dimension),
    ...(isBaseline ? { against: isPaired ? 'paired' : 'baseline' } : {}),
    ...(during === undefined ? {} : { during }),
  };
}

function subjectOf(
  text: string,
  name: string,
  statistic: string | undefined,
  catalogue: MetricCatalogue,
): { readonly subject: ThresholdSubject; readonly dimension: Dimension } {
  const metric = catalogue.get(name);
  if (!metric) {
    const fate = FATES.find((known) => known === name);
    if (fate === undefined)
      throw unknownName('metric or fate', name, [...catalogue.keys(), ...FATES], `threshold '${text}'`);
    if (statistic !== undefined) {
      throw new UsageError(`Threshold '${text}': '${name}' is a fate, a plain count of calls; write '${name} == 0'.`);
    }
    return { subject: { kind: 'fate', fate }, dimension: 'plain' };
  }
  const dimension = dimensionOf(metric);
  const point = /^at\((\d+)\)$/.exec(statistic ?? '')?.[1];
  if (metric.type === 'curve' && point !== undefined) {
    return { subject: { kind: 'curve', metric: name, at: String(Number(point)) }, dimension: 'ratio' };
  }
  const chosen = statistic ?? meantBy(metric);
  if (chosen === undefined || chosen === 'at(…)' || !isSupported(metric.type, chosen)) {
    throw new UsageError(
      `Threshold '${text}': ${name} is a ${metric.type}${statistic === undefined ? ' and needs a statistic' : ''}; ` +
        `known: ${STATISTICS[metric.type].map((known) => `${name}.${known}`).join(', ')}.`,
    );
  }
  const statisticName = chosen === 'value' && metric.type === 'rate' ? 'rate' : chosen;
  return {
    subject: { kind: 'metric', metric: name, statistic: statisticName },
    dimension: COUNTS.has(chosen) ? 'plain' : dimension,
  };
}

/** What a name alone means: the one number of a counter or a rate, and of things that are counted a task, how many one took. */
function meantBy({ type, unit }: Pick<MetricMeta, 'type' | 'unit'>): string | undefined {
  if (type === 'counter' || type === 'rate') return STATISTICS[type][0];
  return type === 'trend' && unit !== 'ms' ? 'mean' : undefined;
}

/** `value` is what a rate is called in verdict.json, so it is understood as well. */
function isSupported(type: MetricType, statistic: string): boolean {
  return STATISTICS[type].includes(statistic) || (type === 'rate' && statistic === 'value');
}

function dimensionOf(metric: { readonly type: MetricType; readonly unit: string }): Dimension {
  if (metric.type === 'rate' || metric.type === 'curve' || metric.unit === 'ratio') return 'ratio';
  if (metric.unit === 'ms') return 'time';
  return metric.unit === 'bytes' ? 'bytes' : 'plain';
}

function boundOf(text: string, value: number, unit: string, dimension: Dimension): number {
  if (unit === '') return value;
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (!known) throw unknownName('unit', unit, Object.keys(UNITS), `threshold '${text}'`);
  if (known.dimension !== dimension) {
    const fitting = Object.keys(UNITS).filter((name) => UNITS[name]?.dimension === dimension);
    const expected = fitting.length === 0 ? 'a plain number' : `a plain number or one of ${fitting.join(', ')}`;
    throw new UsageError(`Threshold '${text}': unit '${unit}' does not fit; expected ${expected}.`);
  }
  // 7 * 0.01 is 0.07000000000000001: keep what the user meant.
  return Number((value * known.factor).toPrecision(12));
}
