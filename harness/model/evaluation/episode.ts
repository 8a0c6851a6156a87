import type { Instance, Json, JsonMap, StepId } from './instance.ts';

/** async: a call returns with a receipt. sync: the agent stands still until it has the result. */
export type EpisodeMode = 'async' | 'sync';

/**
 * How an agent came to its end: by its own word, by the limit of turns or of time, because the endpoint of its model gave nothing
 * that can be used, by an interrupt or a fault of ours.
 */
export type EpisodeEnd = 'ended' | 'turn-limit' | 'time-limit' | 'endpoint-failed' | 'interrupted';

/** One agent on one instance, from its first turn to its last: what every measure is made from. */
export interface Episode {
  readonly instance: Instance;
  /** Policy id, or the name of a client or model. */
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly seed: number;
  readonly law: string;
  /** What one action of the agent takes, ms. */
  readonly agentMs: number;
  /** What the work of each gold step was set to take, ms. */
  readonly latencyMs: Readonly<Record<StepId, number>>;
  readonly events: readonly EpisodeEvent[];
  readonly end: EpisodeEnd;
  /** First turn to last action, ms. */
  readonly makespanMs: number;
  /** What each workspace was at the end, by its name; null: it could not be read. */
  readonly states: Readonly<Record<string, Json>>;
}

/**
 * What happened, in order. `t` is ms since the first turn. A job is one call as the agent's host sent it: its number counts from
 * 1 within the episode, and stays the same when the host sends the call again for want of a receipt.
 */
export type EpisodeEvent =
  /** The agent was busy with this action; `task` null: with none of its tasks. */
  | {
      readonly kind: 'act';
      readonly t: number;
      readonly untilT: number;
      readonly what: ActionKind;
      readonly task: string | null;
      readonly step: StepId | null;
    }
  /** The agent stood still although it might have acted; `wait` actions, and in mode sync every wait for a result. */
  | { readonly kind: 'idle'; readonly t: number; readonly untilT: number }
  /** A call went out. `step` is the gold step the agent says it stands for; null: none. */
  | {
      readonly kind: 'call';
      readonly t: number;
      readonly job: number;
      readonly task: string;
      readonly step: StepId | null;
      readonly tool: string;
      readonly arguments: JsonMap;
      /** The agent made up results that it did not have. */
      readonly assumed: boolean;
      /** The agent sends again a call that it has sent before. */
      readonly again: boolean;
    }
  /** `id` is the server's; null: it answered with the result. */
  | {
      readonly kind: 'receipt';
      readonly t: number;
      readonly job: number;
      readonly id: string | null;
      /** How long the server asks to wait before the next poll, ms; absent: it does not say. */
      readonly hintMs?: number;
    }
  /** The call was refused, or no receipt came. */
  | { readonly kind: 'refused'; readonly t: number; readonly job: number; readonly why: string }
  /** A read of a task. `by` agent: an action of its own, in its context; host: beside it. */
  | {
      readonly kind: 'poll';
      readonly t: number;
      readonly job: number;
      readonly by: 'agent' | 'host';
      readonly status: string | null;
      /** It said something that the last read did not. */
      readonly isNews: boolean;
      readonly bytes: number;
      /** How long the server asks to wait before the next poll, ms; absent: it does not say. */
      readonly hintMs?: number;
    }
  /** The end of a job entered the agent's context. `endedT`: when the server says that it ended; null: it does not say. */
  | {
      readonly kind: 'know';
      readonly t: number;
      readonly job: number;
      readonly status: JobStatus;
      readonly endedT: number | null;
      readonly result: Json;
    }
  /** The agent took what it knows of a job for the result of this step. */
  | { readonly kind: 'bind'; readonly t: number; readonly job: number; readonly step: StepId }
  /** The host lost hold of a job: the agent forgot its id, or the server does not know it any more. */
  | { readonly kind: 'lost'; readonly t: number; readonly job: number; readonly why: string }
  /** An effect was committed in the world, as the ledger shows it. */
  | { readonly kind: 'effect'; readonly t: number; readonly canary: string }
  /** The agent's report on a task. */
  | { readonly kind: 'claim'; readonly t: number; readonly task: string; readonly success: boolean }
  /** The agent crashed and came back, with or without the ids it held. */
  | { readonly kind: 'crash'; readonly t: number; readonly keepsIds: boolean }
  /** Tokens of one turn: all that was read, what was new in it, what was written. */
  | {
      readonly kind: 'tokens';
      readonly t: number;
      readonly context: number;
      readonly fresh: number;
      readonly written: number;
      /** The turn did nothing but poll or wait. */
      readonly isWaiting: boolean;
    };

export type ActionKind = 'call' | 'poll' | 'claim' | 'think';

/** ok: a result. error: a result that says it failed (isError). failed: no result (failed, expired). cancelled, lost: there is none. */
export type JobStatus = 'ok' | 'error' | 'failed' | 'cancelled' | 'lost';
