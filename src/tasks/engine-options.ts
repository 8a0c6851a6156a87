import type { TaskQueue } from '../queues/queue.ts';
import type { TaskStore } from '../stores/store.ts';
import type { ServerLog } from '../telemetry/log.ts';
import type { EffectLedger, Tool } from '../tools/tool.ts';
import type { BreakerLimits } from './breaker.ts';
import type { CallbackSender } from './callbacks.ts';
import type { ServerClock } from './clock.ts';
import type { TtlLimits } from './due.ts';
import type { TaskRecord } from './task.ts';

/** What the engine is made of. It closes the queue; store and ledger belong to who opened them. */
export interface TaskEngineOptions {
  readonly store: TaskStore;
  readonly queue: TaskQueue;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly effects: EffectLedger;
  readonly clock?: ServerClock;
  readonly limits?: Partial<EngineLimits>;
  readonly log?: ServerLog;
  /** The name of this deployment: stands in what it writes. Default: none. */
  readonly release?: string | undefined;
  /** Whether this process runs work: 'server' leaves it to others on the same store, 'worker' takes none on. Default: both. */
  readonly role?: EngineRole;
  /** The queue carries work from one process to another; false: workers find it in the store alone. Default: false. */
  readonly isQueueShared?: boolean;
  /** Tells the end of tasks to where their callers want to hear of it; left out: nobody is told. */
  readonly callbacks?: CallbackSender | undefined;
  /** Told of what happens, for metrics. Must not throw. */
  readonly observe?: (event: EngineEvent) => void;
}

export type EngineRole = 'both' | 'server' | 'worker';

export type EngineEvent =
  | { readonly type: 'change'; readonly before: TaskRecord | null; readonly after: TaskRecord }
  | { readonly type: 'refused'; readonly reason: 'conflict' | 'full' | 'draining' | 'unavailable' }
  /** What a tool depends on has failed again and again, is tried again, or works again. */
  | { readonly type: 'circuit'; readonly tool: string; readonly state: 'open' | 'half-open' | 'closed' }
  | { readonly type: 'repeated' }
  /** A look for what is due, and how many tasks it ended, handed back or removed. */
  | { readonly type: 'swept'; readonly taskCount: number }
  /** A task was taken from a worker that had not renewed its lease. */
  | { readonly type: 'lease-lost' }
  | { readonly type: 'removed'; readonly task: TaskRecord }
  /** An attempt to tell the end of a task to where its caller wants to hear of it. */
  | { readonly type: 'callback'; readonly answer: 'taken' | 'failed' | 'given-up' };

export interface EngineLimits {
  /** A task without an SLA of its own is settled as failed after this long. */
  readonly slaMs: number;
  /** The longest SLA a call may ask for. */
  readonly slaMsMax: number;
  readonly ttl: TtlLimits;
  /** What clients are told to wait between polls. */
  readonly pollIntervalMs: number;
  /** A worker that has not renewed its lease for so long is taken for lost. */
  readonly leaseMs: number;
  /** How often leases are renewed and deadlines looked at: what is due is done at most this late. */
  readonly sweepMs: number;
  /** How often the queue is filled up from the store, and running work looked after, for what other processes did. */
  readonly rereadMs: number;
  /** How often a process that only runs work looks for it in the store, where no queue brings it. */
  readonly pickUpMs: number;
  /** When a tool that fails again and again is left alone; null: never. */
  readonly breaker: BreakerLimits | null;
}

const DAY_MS = 86_400_000;

export const DEFAULT_LIMITS: EngineLimits = {
  slaMs: 120_000, // The longest a platform in front is known to wait.
  slaMsMax: DAY_MS,
  ttl: { defaultMs: DAY_MS, minMs: 1_000, maxMs: 7 * DAY_MS }, // A result nobody fetched within a week is nobody's.
  pollIntervalMs: 500,
  leaseMs: 10_000, // Ten times the longest pause of a garbage collection or a slow disk that we want to live with.
  sweepMs: 250,
  rereadMs: 1_000,
  breaker: null,
  pickUpMs: 50, // A look at an index with nothing in it; half of that is what a task waits on average.
};
