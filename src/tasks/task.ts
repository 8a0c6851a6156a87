/** What the server keeps of one piece of work. Dialects translate it; stores keep it; the engine alone changes it. */

/** Engine states. `settled` carries an outcome; how a client sees it (completed, failed) is the dialect's business. */
export type TaskState = 'queued' | 'running' | 'input_required' | 'settled' | 'cancelled';

export interface TaskRecord {
  /** 128 random bits or more; unguessable, never reused. */
  readonly id: string;
  /** Who owns it; no one else may read, cancel or list it. */
  readonly principal: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Hash of tool and arguments without the call's own options, to tell a retry from a conflict. */
  readonly argumentsHash: string;
  readonly idempotencyKey: string | null;
  /** Where its end is to be told, and how far that is. */
  readonly callback?: TaskCallback | undefined;
  /** Where the call stood in its caller's trace (W3C traceparent). */
  readonly trace?: string | undefined;
  readonly state: TaskState;
  readonly statusMessage: string | null;
  /** ms since the epoch */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** SLA: settled as failed when it passes. ms since the epoch */
  readonly deadlineAt: number;
  /** Counted from createdAt; null: no limit. */
  readonly ttlMs: number | null;
  readonly pollIntervalMs: number;
  readonly outcome: Outcome | null;
  /** What its caller can be asked for; a tool that asks for more fails. */
  readonly answerable: readonly InputMethod[];
  /** Every question asked so far, in the order of asking, with its answer once that is here. */
  readonly inputs: readonly TaskInput[];
  readonly lease: { readonly worker: string; readonly untilMs: number } | null;
  /** An effect of it may be on its way out until then, ms since the epoch; absent: none is. Nobody but its worker ends it meanwhile. */
  readonly sealedUntil?: number;
  /** The deployment that wrote it last, where deployments have a name. */
  readonly release?: string;
  /** Grows with each claim; a write with an older fence is refused. */
  readonly fence: number;
  /** How often a worker has started it. */
  readonly runs: number;
  /** Grows with each write: compare-and-set. */
  readonly version: number;
}

/** The end of a task on its way to the address that its caller named. */
export interface TaskCallback {
  readonly url: string;
  /** Attempts begun. */
  readonly attempts: number;
  /** When to make the next one, ms since the epoch; null: none will be made. */
  readonly nextAt: number | null;
  /** When it was taken, ms since the epoch. */
  readonly takenAt?: number | undefined;
  /** What became of the last attempt that was not. */
  readonly failure?: string | undefined;
}

/** What a tool may ask of its caller, by the name of the protocol's request. */
export type InputMethod = 'elicitation/create' | 'sampling/createMessage';

/** A question as the protocol carries it. */
export interface InputRequest {
  readonly method: InputMethod;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface TaskInput {
  /** Names this question and no other, for the whole life of the task. */
  readonly key: string;
  readonly request: InputRequest;
  /** ms since the epoch */
  readonly askedAt: number;
  /** null: outstanding. */
  readonly answer: InputAnswer | null;
}

/** The result of the request (an ElicitResult, a CreateMessageResult), or the error a client gave in its place. */
export type InputAnswer =
  | { readonly kind: 'result'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly error: RpcError };

export type Outcome =
  | { readonly kind: 'result'; readonly result: ToolResult }
  | { readonly kind: 'error'; readonly error: RpcError };

/** An MCP CallToolResult. */
export interface ToolResult {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}
