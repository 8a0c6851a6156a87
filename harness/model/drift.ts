import type { Slope } from './slope.ts';

/** Does something grow as a load goes on? */
export interface Drift {
  /** What: memory, handles, a latency; and whose. */
  readonly what: string;
  readonly unit: string;
  readonly readings: number;
  /** null: too few readings. */
  readonly slope: Slope | null;
  /**
   * 'grows': upwards beyond chance, and by more than a twentieth over the run. 'level': chance could have made it, or it is less.
   * 'unknown': too few readings.
   */
  readonly verdict: 'grows' | 'level' | 'unknown';
}
