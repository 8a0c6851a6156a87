import type { Observation } from '../../model/event.ts';
import type { DialectId, Operation, Status } from '../../model/operation.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PlannedCall } from '../../model/plan.ts';
import type { Meta } from '../../model/registry.ts';
import type { JsonObject, RpcNotification } from '../json-rpc.ts';
import type { ShapeMemory } from '../shape-memory.ts';
import type { RawReply } from '../wire.ts';
import type { WireTarget } from '../wire-target.ts';

/**
 * How one dialect is spoken: pure functions from an operation to a request and from a reply to an outcome. The connection
 * adds ids, the modern `_meta` envelope, HTTP headers, sessions, recording and time limits.
 */
export interface Adapter {
  readonly meta: Meta & { readonly id: DialectId };
  /** The dialect has a fetch that blocks until the task is terminal (`result`). */
  readonly hasBlockingResult: boolean;
  /** A `get` of a terminal task carries the result. */
  readonly getCarriesResult: boolean;
  /** `create` waits for the work itself: its time limit is limits.blockingMs. */
  readonly createBlocks: boolean;
  /** How a task that waits for input is answered; null: this dialect has no task that waits. */
  readonly answersBy: 'update' | 'result' | null;
  /** How tasks are followed: by a request that stays open (`listen`), by notifications that come unasked on a pipe, or not at all. */
  readonly followsBy: 'listen' | 'notifications' | null;
  /** Questions come as elicitation requests, which a client must say that it answers. */
  readonly elicits: boolean;
  /** Client capabilities of the dialect itself, sent with initialize or, in the modern era, with every request. */
  readonly capabilities: JsonObject;
  /** Greets the server. Throws a HandshakeError with one sentence when it cannot. */
  handshake(exchange: Exchange, capabilities: JsonObject): Promise<Handshake>;
  /** null: the dialect has no such operation (or the target gives no way to do it). */
  request(op: Operation, input: OperationInput): RequestShape | null;
  interpret(op: Operation, reply: RawReply, input: OperationInput): Outcome;
  /**
   * The request that goes on after this reply: the call again with what it asked for first (2026-07-28 mrtr), or the fetch of a
   * result that a status reply only announces. null: the reply is the answer.
   */
  goOn?(op: Operation, shape: RequestShape, reply: RawReply, input: OperationInput): RequestShape | null;
  /** What this reply says that later requests about the task need, by name; absent: nothing. */
  keep?(op: Operation, reply: RawReply, input: OperationInput): Readonly<Record<string, string>>;
  /** This reply can only be interpreted with a fresh `get`, whose status then stands in `input.lastStatus`. */
  needsStatus?(op: Operation, reply: RawReply, input: OperationInput): boolean;
  /** The state of a task that a notification carries; null: it carries none. */
  push(notification: RpcNotification, target: WireTarget): Observation | null;
}

export interface RequestShape {
  readonly method: string;
  readonly params: JsonObject;
  /** Value of the Mcp-Name header in the modern era. */
  readonly mcpName?: string;
  /** It goes on after another request, and nobody has to think about it first. */
  readonly atOnce?: true;
}

export interface OperationInput {
  readonly target: WireTarget;
  readonly handshake: Handshake;
  readonly call: PlannedCall;
  /** Idempotency key to send with a create; null: none. */
  readonly key: string | null;
  /** Where the end of the task is to be told; undefined: nowhere. */
  readonly callbackUrl?: string | undefined;
  /** The task read or cancelled; null for a create. */
  readonly task: string | null;
  /** Keys of the inputs that an update answers. */
  readonly inputs: readonly string[];
  /** What the last successful read on this connection said of the task, before this request; null: nothing yet. */
  readonly lastStatus: Status | null;
  /** This connection had a cancel of the task accepted. */
  readonly cancelAccepted: boolean;
  /** What earlier replies on this connection said of the task, for placeholders; absent: nothing. */
  readonly kept?: Readonly<Record<string, string>>;
  /** The reply that the request of this one went on after; absent: it is the first of its operation. */
  readonly before?: RawReply;
  /** What this connection found wrong with replies before; absent: every reply is looked at anew. */
  readonly shapes?: ShapeMemory;
  /** The request carried a session id. */
  readonly session: boolean;
  /** The server has been started again since the session was opened. */
  readonly restarted: boolean;
}

/** Requests of a handshake, with time limit and tags already settled. */
export interface Exchange {
  request(method: string, params: JsonObject, options?: ExchangeOptions): Promise<RawReply>;
  notify(method: string, params?: JsonObject): Promise<void>;
  /** Pages of tools/list, and discoveries, that were read before, by their text: every agent of a run gets the same ones. */
  readonly toolPages?: ToolPages | undefined;
}

export type ToolPages = Map<string, ToolPage>;

export interface ToolPage {
  readonly tools: readonly ServerTool[];
  readonly shape: readonly string[];
  readonly nextCursor: string | null;
}

export interface ExchangeOptions {
  /** Default: the plan's request limit. */
  readonly timeoutMs?: number;
  /** The modern `_meta` envelope (and its HTTP headers) goes with this request. */
  readonly modern?: boolean;
  /** What the request is about, which the modern era repeats in a header. */
  readonly mcpName?: string;
}

/** legacy: initialize and sessions (up to 2025-11-25); modern: every request stands alone (2026-07-28). */
export type Era = 'legacy' | 'modern';

export interface Handshake {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly server: { readonly name: string; readonly version: string };
  readonly capabilities: JsonObject;
  /** What the server says of itself to whoever uses it; empty: nothing. */
  readonly instructions: string;
  readonly tools: ReadonlyMap<string, ServerTool>;
  /** Violations of shape seen in the handshake's own replies. */
  readonly shape: readonly string[];
}

export interface ServerTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** null: it publishes none. */
  readonly outputSchema: JsonObject | null;
  /** Hints on its effects; empty: none. */
  readonly annotations: JsonObject;
  readonly taskSupport: 'forbidden' | 'optional' | 'required';
}

/** The server did not complete the handshake; the message is one sentence. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly reply: RawReply | null;

  constructor(message: string, reply: RawReply | null = null) {
    super(message);
    this.reply = reply;
  }
}
