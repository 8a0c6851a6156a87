import type { Prng } from './prng.ts';
import type { Meta } from './registry.ts';

/** When work is intended to start. Compiled into the plan; never consulted while running. */
export interface Load {
  readonly meta: Meta & { readonly model: 'closed' | 'open'; readonly options: Readonly<Record<string, number>> };
  arrivals(input: LoadInput): readonly Arrival[];
}

export interface LoadInput {
  readonly agents: number;
  readonly calls: number;
  readonly options: Readonly<Record<string, number>>;
  readonly draw: Prng;
}

export interface Arrival {
  /** 1…agents */
  readonly agent: number;
  /** Open: intended start, ms. Closed: null. */
  readonly atMs: number | null;
  /** Closed: pause before this call, ms. */
  readonly thinkMs: number;
}
