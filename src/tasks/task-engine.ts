import type { InputAnswer, InputMethod, TaskInput, TaskRecord } from './task.ts';

/** The one engine that every dialect is a thin face of. */
export interface TaskEngine extends AsyncDisposable {
  /** Recovers what an earlier boot left, then takes work. Resolves when the server may answer. */
  start(): Promise<void>;
  /** Resolves once the record is durable: only then may a receipt go out. */
  submit(request: SubmitRequest): Promise<SubmitAnswer>;
  /** undefined: no such task, expired, or somebody else's (indistinguishable on purpose). */
  get(principal: string, id: string): Promise<TaskRecord | undefined>;
  /** Resolves when the task is terminal or needs input; rejects with the signal's reason. undefined as in `get`. */
  wait(principal: string, id: string, signal: AbortSignal): Promise<TaskRecord | undefined>;
  /** Resolves when the task is not `seen` any more, with what it is now; rejects with the signal's reason. undefined as in `get`. */
  changed(principal: string, seen: TaskRecord, signal: AbortSignal): Promise<TaskRecord | undefined>;
  cancel(principal: string, id: string, reason?: string): Promise<CancelAnswer>;
  /**
   * Takes answers to outstanding questions, by key; what is answered already or was never asked is ignored. The work goes on
   * when none is outstanding. Gives the task as it stands then; undefined as in `get`.
   */
  answer(
    principal: string,
    id: string,
    answers: Readonly<Record<string, InputAnswer>>,
  ): Promise<TaskRecord | undefined>;
  /** Newest first. `cursor` is opaque; an invalid one gives 'bad-cursor'. */
  list(
    principal: string,
    options: { readonly cursor?: string; readonly limit: number },
  ): Promise<{ readonly tasks: readonly TaskRecord[]; readonly nextCursor?: string } | 'bad-cursor'>;
  /**
   * Told of every change of every task of this principal that this process makes, after it is durable; of the tasks with these ids
   * also of what other processes made of them, the newest state at a time, perhaps twice. Returns the unsubscribe.
   */
  subscribe(principal: string, listener: (task: TaskRecord) => void, ids?: readonly string[]): () => void;
  /** Stops taking work, lets running work finish for at most `withinMs`, hands the rest back for the next boot. */
  drain(withinMs: number): Promise<void>;
}

export interface SubmitRequest {
  readonly principal: string;
  readonly tool: string;
  /** Arguments as the tool's schema knows them, `idempotency_key` and `max_wait_seconds` taken out. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
  /** Where the end of the task is to be told, besides to those who ask. */
  readonly callbackUrl?: string;
  /** The caller's place in its trace (W3C traceparent). */
  readonly trace?: string;
  /** SLA of this call in ms; null: the operation's, else the server's. */
  readonly maxWaitMs: number | null;
  /** Asked for by the client (2025-11-25); capped by the server. undefined: the server's default. */
  readonly ttlMs?: number | null;
  /** What the caller can be asked for while the work goes on. Default: nothing. */
  readonly answerable?: readonly InputMethod[];
  /** What it was asked and has answered before the task began. */
  readonly answered?: readonly Pick<TaskInput, 'key' | 'request' | 'answer'>[];
}

export type SubmitAnswer =
  | { readonly kind: 'accepted'; readonly task: TaskRecord; readonly isNew: boolean }
  /** The key was used with other arguments. */
  | { readonly kind: 'conflict'; readonly task: TaskRecord }
  | { readonly kind: 'full'; readonly queued: number; readonly retryAfterMs: number }
  /** What the tool depends on is out of order; nothing was started. */
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number }
  /** The server is going down. */
  | { readonly kind: 'draining' };

export type CancelAnswer =
  | { readonly kind: 'cancelled'; readonly task: TaskRecord }
  | { readonly kind: 'already-terminal'; readonly task: TaskRecord }
  | { readonly kind: 'unknown' };
