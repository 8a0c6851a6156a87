import type { LoadStage } from './planned-load.ts';
import type { Prng } from './prng.ts';
import type { Meta } from './registry.ts';

/** Topic of the note that stands where a measured load began; what is ms in the plan's load counts from its `originT` (ns). */
export const LOAD_START = 'load-start';
/** Topic of the note that says how late the harness's own event loop was while it made the load. */
export const EVENT_LOOP = 'event-loop';

/** Topic of the notes that say from time to time what a process holds: memoryMiB and handles. */
export const RESOURCES = 'resources';

/** Topic of the note that says that a process that made a part of the load was lost: generator, calls, why. */
export const GENERATOR_LOST = 'generator-lost';

/** When work is intended to start. Compiled into the plan; never consulted while running. */
export interface Load {
  readonly meta: Meta & {
    /** partly-open: who comes is nobody's choice; what a visitor does next waits for what it did before. */
    readonly model: 'closed' | 'open' | 'partly-open';
    readonly options: Readonly<Record<string, number>>;
    /** It follows `stages`, and makes as many calls as they hold; absent: as many as it is asked for. */
    readonly isStaged?: true;
  };
  arrivals(input: LoadInput): readonly Arrival[];
}

export interface LoadInput {
  readonly agents: number;
  readonly calls: number;
  readonly options: Readonly<Record<string, number>>;
  /** One after another; empty unless the load is staged. */
  readonly stages: readonly LoadStage[];
  readonly draw: Prng;
}

export interface Arrival {
  /** 1…agents */
  readonly agent: number;
  /** Open: intended start, ms. Closed: null. */
  readonly atMs: number | null;
  /** Closed: pause before this call, ms. */
  readonly thinkMs: number;
  /** It starts when the arrival before it in the list has ended, plus `thinkMs`; absent: when its agent's last one has. */
  readonly follows?: true;
}
