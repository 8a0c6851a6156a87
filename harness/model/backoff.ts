import type { Prng } from './prng.ts';
import type { Meta } from './registry.ts';

/** Delay before poll n. A pure function of its input: same input and draw, same delay. */
export interface Backoff {
  readonly meta: BackoffMeta;
  delayMs(input: BackoffInput): number;
}

export interface BackoffMeta extends Meta {
  /** Options with their defaults, e.g. { initialMs: 1000, factor: 2, capMs: 30000 }. */
  readonly options: Readonly<Record<string, number>>;
  /**
   * The agent policy that waits in this way, where it is more than a delay; agents of a plan with this backoff follow it.
   * Its delays then hold where that way is closed. Absent: agents poll, and follow the policy of their scenario.
   */
  readonly policy?: string;
  /** The dialects in which that way is open; absent: all that give receipts. */
  readonly dialects?: readonly string[];
}

export interface BackoffInput {
  /** 1: the wait between the receipt and the first poll. */
  readonly poll: number;
  /** The delay before the poll before; null: there was none. */
  readonly previousMs: number | null;
  /** From the receipt to the instant at which this wait begins. */
  readonly elapsedMs: number;
  /** The server's latest poll interval hint; null: none given. */
  readonly hintMs: number | null;
  /** How long tasks of the same tool took, as this client saw them, oldest first; the latest PAST_MAX of them. */
  readonly pastMs: readonly number[];
  readonly options: Readonly<Record<string, number>>;
  readonly draw: Prng;
}

/** What a client remembers of the tasks it saw end. */
export interface DurationMemory {
  /** ms, oldest first. */
  of(tool: string): readonly number[];
  add(tool: string, durationMs: number): void;
}

/** More than this says little new of how long a tool takes, and forgets a change of it too late. */
export const PAST_MAX = 128;

export function createDurationMemory(): DurationMemory {
  const byTool = new Map<string, number[]>();
  return {
    of: (tool) => byTool.get(tool) ?? [],
    add(tool, durationMs) {
      const known = byTool.get(tool) ?? [];
      byTool.set(tool, [...known.slice(1 - PAST_MAX), durationMs]);
    },
  };
}
