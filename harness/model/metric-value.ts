/** What a metric measures to; one shape a type, as it stands in verdict.json. */

export interface TrendValue {
  readonly type: 'trend';
  readonly unit: string;
  readonly count: number;
  /** Subjects that never gave a sample (a task that never settled). */
  readonly censored: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  /** null where there are fewer than 1/(1-p) samples. */
  readonly p99: number | null;
  readonly max: number | null;
}

export interface CounterValue {
  readonly type: 'counter';
  readonly unit: string;
  readonly value: number;
}

export interface RateValue {
  readonly type: 'rate';
  readonly numerator: number;
  readonly denominator: number;
  /** null where the denominator is 0: no evidence. */
  readonly value: number | null;
}

export interface CurveValue {
  readonly type: 'curve';
  readonly unit: string;
  readonly count: number;
  readonly at: Readonly<Record<string, number>>;
}

export type MetricValue = TrendValue | CounterValue | RateValue | CurveValue;
export type MetricType = MetricValue['type'];
