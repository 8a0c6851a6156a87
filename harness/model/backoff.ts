import type { Prng } from './prng.ts';
import type { Meta } from './registry.ts';

/** Delay before poll n. A pure function of its input: same input and draw, same delay. */
export interface Backoff {
  readonly meta: Meta & {
    /** Options with their defaults, e.g. { initialMs: 1000, factor: 2, capMs: 30000 }. */
    readonly options: Readonly<Record<string, number>>;
  };
  delayMs(input: BackoffInput): number;
}

export interface BackoffInput {
  /** 1: the wait between the receipt and the first poll. */
  readonly poll: number;
  /** The server's latest poll interval hint; null: none given. */
  readonly hintMs: number | null;
  readonly options: Readonly<Record<string, number>>;
  readonly draw: Prng;
}
