import type { Meta } from '../registry.ts';
import type { Episode } from './episode.ts';

/** A figure over episodes. One file a measure (family) in harness/evaluation/measures, one line in its index. */
export interface Measure {
  readonly meta: MeasureMeta;
  /** What one episode says; null: nothing (no job with dependants, no switch): it then counts for nothing, never as 1. */
  of(episode: Episode): Sample | null;
}

export interface MeasureMeta extends Meta {
  readonly unit: 'ratio' | 'ms' | 's' | 'count' | 'tokens';
  readonly better: 'higher' | 'lower' | 'neither';
  readonly group: 'step' | 'task' | 'preservation' | 'time' | 'switching' | 'waiting' | 'reliability';
  /** AsyncTool's own, the idea of another paper, or new here. */
  readonly origin: 'asynctool' | 'literature' | 'new';
  /** What the figure is when nothing is wrong; absent: there is no such value. */
  readonly perfect?: number;
}

/**
 * A share of cases (summed over episodes before it is divided), or a value (averaged over episodes with its spread). A blended
 * score is not made of them.
 */
export type Sample =
  | { readonly kind: 'share'; readonly hits: number; readonly cases: number }
  | { readonly kind: 'value'; readonly value: number };
