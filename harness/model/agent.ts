import type { Backoff, DurationMemory } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { EventBody } from './event.ts';
import type { Outcome } from './outcome.ts';
import type { Plan, PlannedCall, PlannedFault, PlannedLimits } from './plan.ts';
import type { Prng } from './prng.ts';
import type { Meta } from './registry.ts';

/** The operations an agent can perform. Each records its own inv and ok/fail/info; nothing throws but an aborted signal. */
export interface AgentWire {
  /** Sends the call. A blocking dialect answers with a terminal status; the others with a task. */
  create(call: PlannedCall, options: CreateOptions): Promise<Outcome>;
  get(call: PlannedCall, task: string): Promise<Outcome>;
  /** The blocking fetch where the dialect has one (tasks/result); elsewhere the same as `get`. */
  result(call: PlannedCall, task: string): Promise<Outcome>;
  cancel(call: PlannedCall, task: string): Promise<Outcome>;
  /** Answers what a task waits for (tasks/update), one answer a key. Only where `answersBy` is 'update'. */
  update(call: PlannedCall, task: string, inputs: readonly string[]): Promise<Outcome>;
  /** Asks for a task that is another agent's; recorded as such. */
  trespass(op: 'get' | 'result' | 'cancel', call: PlannedCall, task: string): Promise<Outcome>;
  /** The dialect has a fetch that blocks until the task is terminal. */
  readonly hasBlockingResult: boolean;
  /** A `get` of a terminal task carries the result. False (tasks-2025-11-25): `result` must be called for it. */
  readonly getCarriesResult: boolean;
  /**
   * Hears of a task until the server has no more to tell, the stream breaks or `signal` is aborted: every notification about it
   * calls `onNews`. Never rejects but for the end of the run. null: this dialect tells nothing unasked on this transport.
   */
  readonly follow: ((call: PlannedCall, task: string, onNews: () => void, signal: AbortSignal) => Promise<void>) | null;
  /** The same by callbacks to an address of this call, which a create of a call with the policy `callback` names. */
  readonly awaitCallback: AgentWire['follow'];
  /**
   * How a task that waits for input is answered. 'update': with `update`. 'result': whoever has `result` open is asked there,
   * and the wire answers. null: this target asks for nothing, or its dialect has no way to answer.
   */
  readonly answersBy: 'update' | 'result' | null;
}

export interface CreateOptions {
  readonly attempt: number;
  readonly key: string | null;
  readonly intended: number;
  /** Give up waiting for the receipt after this long (default: limits.requestMs, or blockingMs for a blocking dialect). */
  readonly timeoutMs?: number;
  /** The same call sent again although it was acked (F8). */
  readonly probe?: boolean;
}

export interface AgentContext {
  /** 1…n */
  readonly agent: number;
  readonly plan: Plan;
  readonly limits: PlannedLimits;
  readonly wire: AgentWire;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Shared by all agents of a run: one client, which has seen the tasks of all of them. */
  readonly durations: DurationMemory;
  readonly draw: Prng;
  /** F8 probe and F9 entries planned for a call. */
  faultsOf(call: number): readonly PlannedFault[];
  /** The task that a call was given, whoever made it; null: none yet. */
  taskOf(call: number): string | null;
  record(event: EventBody): number;
  /** Aborted when the run ends or is interrupted. */
  readonly signal: AbortSignal;
  /** ns from run start after which this agent must have given the call up: the SLA, moved by every heal. */
  deadline(ackedAt: number): number;
}

/** What a client does between the receipt and the result. One file a policy. */
export interface AgentPolicy {
  readonly meta: Meta;
  /** Takes one logical call from its first send to the continuation, or gives it up (a `quit` event). `intended` is ns from run start. */
  run(context: AgentContext, call: PlannedCall, intended: number): Promise<void>;
}
