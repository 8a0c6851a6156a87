import type { JobStatus } from './episode.ts';
import type { Json, JsonMap, StepId } from './instance.ts';

/**
 * What stands between an agent and the server of an evaluation: sends its calls, fetches their results beside it, and has the
 * clock. The loop of an episode (harness/evaluation/episode) knows nothing else of the world, so that the same agents work on
 * real processes, in virtual time and in a test. Times are ms since the host was opened.
 */
export interface EvaluationHost {
  now(): number;
  /** Ends at `untilMs`, or as soon as `wake` was called. Rejects when the run is interrupted. */
  sleep(untilMs: number, wake: AbortSignal): Promise<void>;
  /** Sends a call and answers when its receipt is there, or when there will be none. */
  send(call: HostCall): Promise<Accepted>;
  /** Reads the status once. */
  poll(job: number): Promise<Polled>;
  /**
   * The end of a job, fetched as this host fetches: by its backoff, or by a request that blocks. Never rejects but for an
   * interrupt. Asked again for a job that it has answered for (the agent crashed), it fetches again.
   */
  settled(job: number): Promise<Settled>;
  /** Fetches no more for this job. */
  forget(job: number): void;
  /** Hears of every poll that the host sends for itself. */
  onPoll(listener: (job: number, polled: Polled, t: number) => void): void;
  /** What a workspace is now; null: it cannot be read. */
  stateOf(workspace: string): Promise<Json>;
}

export interface HostCall {
  readonly job: number;
  /** The gold step that the agent says it stands for; null: none. */
  readonly step: StepId | null;
  readonly tool: string;
  readonly arguments: JsonMap;
  /** Names the logical call, so that sending it again does not do the work again. */
  readonly key: string;
}

export type Accepted =
  /** `hintMs`: how long the server asks to wait before the first poll; absent: it does not say. */
  | { readonly kind: 'receipt'; readonly id: string; readonly hintMs?: number }
  | { readonly kind: 'result'; readonly settled: Settled }
  | { readonly kind: 'refused'; readonly why: string };

export interface Polled {
  readonly status: string | null;
  readonly isNews: boolean;
  readonly bytes: number;
  /** The job has ended; its end is delivered as every other. */
  readonly isTerminal: boolean;
  /** How long the server asks to wait before the next poll, ms; absent: it does not say, or there is nothing to wait for. */
  readonly hintMs?: number;
}

export interface Settled {
  readonly status: JobStatus;
  /** When the server says that it ended; null: it does not say. */
  readonly endedMs: number | null;
  readonly result: Json;
}
