import type { Meta } from '../registry.ts';
import type { EpisodeMode, JobStatus } from './episode.ts';
import type { Instance, Json, JsonMap, StepId } from './instance.ts';

/**
 * How an agent decides: it knows the gold calls of its tasks, so that what is tested is its handling of time and results, not
 * its wit. One file a policy in harness/evaluation/policies, one line in its index.
 */
export interface EvaluationPolicy {
  readonly meta: Meta & {
    /** The measures that this policy spoils on purpose; empty: it spoils none. */
    readonly spoils: readonly string[];
    /** Ends "it shows itself where …"; absent: everywhere. */
    readonly showsWhere?: string;
  };
  start(episode: PolicyInput): PolicyRun;
}

export interface PolicyInput {
  readonly instance: Instance;
  readonly mode: EpisodeMode;
  /** What one action takes, ms. */
  readonly agentMs: number;
  /** What each step is expected to take, ms. */
  readonly latencyMs: Readonly<Record<StepId, number>>;
  /** A number in [0, 1), seeded. */
  draw(): number;
}

/** One agent at work; it keeps what it remembers in itself. */
export interface PolicyRun {
  /**
   * What to do next. Asked again as soon as the action is done. `bind`, `forget` and `claim` take no time and belong to the turn
   * they are made in, `wait` takes as long as it says; every other action takes agentMs.
   */
  decide(turn: Turn): Action;
  /**
   * The agent's process died and came back; `open` are the jobs whose ids it still holds. Their ends are delivered (again), also
   * those it knew: of results nothing is left. A run without this is replaced by one that starts afresh.
   */
  crashed?(open: readonly OpenJob[]): void;
}

export interface Turn {
  /** ms since the first turn */
  readonly nowMs: number;
  /** What has arrived since the last turn, in the order of arrival. */
  readonly news: readonly Delivery[];
  /** Jobs whose end has not been delivered, oldest first. */
  readonly open: readonly OpenJob[];
}

export interface OpenJob {
  readonly job: number;
  readonly task: string;
  readonly step: StepId | null;
  readonly sentMs: number;
}

export interface Delivery {
  readonly job: number;
  /** As the agent's host noted it when the call went out. */
  readonly task: string;
  readonly step: StepId | null;
  readonly status: JobStatus;
  readonly result: Json;
}

export type Action =
  | {
      readonly do: 'call';
      readonly task: string;
      readonly step: StepId;
      readonly arguments: JsonMap;
      /** Send under a key of its own instead of the step's, so that the server does the work again. */
      readonly freshKey?: boolean;
      readonly assumed?: boolean;
    }
  /** Take what was delivered of a job for the result of this step. */
  | { readonly do: 'bind'; readonly job: number; readonly step: StepId }
  /** Let go of a job: nothing of it will be delivered any more. */
  | { readonly do: 'forget'; readonly job: number }
  /** Read a job's status oneself instead of leaving it to the host. */
  | { readonly do: 'poll'; readonly job: number }
  /** Stand still until something is delivered, or until `untilMs`. With nothing open and no `untilMs` the episode ends. */
  | { readonly do: 'wait'; readonly untilMs?: number }
  | { readonly do: 'claim'; readonly task: string; readonly success: boolean }
  | { readonly do: 'end' };
