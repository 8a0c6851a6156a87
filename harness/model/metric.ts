import type { HistoryIndex } from './history-index.ts';
import type { MetricType, MetricValue } from './metric-value.ts';
import type { Plan } from './plan.ts';
import type { Meta } from './registry.ts';

export interface MetricMeta extends Meta {
  readonly type: MetricType;
  readonly unit: string;
  /** Which way is better, for comparisons. */
  readonly better: 'lower' | 'higher' | 'neither';
  /** Measured from `history.calls` alone, call by call: a threshold may ask for a part of the run. Absent: it may not. */
  readonly perCall?: true;
}

/** One number, or one distribution, of a run. Pure. null: this run holds no evidence for it. */
export interface Metric {
  readonly meta: MetricMeta;
  measure(input: { readonly plan: Plan; readonly history: HistoryIndex }): MetricValue | null;
}
