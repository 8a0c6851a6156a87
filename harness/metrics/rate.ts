import type { CounterValue, RateValue } from '../model/metric-value.ts';

/** A rate rounded to six places; without a denominator there is no evidence, hence no rate. */
export function rate(numerator: number, denominator: number): RateValue | null {
  if (denominator === 0) return null;
  return { type: 'rate', numerator, denominator, value: Math.round((numerator / denominator) * 1e6) / 1e6 };
}

export function counter(value: number, unit: string): CounterValue {
  return { type: 'counter', unit, value };
}
