import type { ServerClock } from '../tasks/clock.ts';
import type { TaskRecord } from '../tasks/task.ts';
import type { TaskEngine } from '../tasks/task-engine.ts';
import type { TaskSupport, Tool } from '../tools/tool.ts';
import type { SchemaMode, ServedTimes } from './schema-mode.ts';

/** One way of talking to the engine: a thin face, no state of its own beyond a session's handshake. */
export interface Dialect {
  readonly meta: {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly sessions: boolean;
  };
  /** Answers one message; undefined for notifications and responses. Never throws: what goes wrong becomes a JSON-RPC error. */
  handle(message: JsonRpcMessage, context: RequestContext): Promise<JsonRpcResponse | undefined>;
  /** A task as a read of it shows it, for those who are told without asking. */
  readonly show?: (task: TaskRecord) => Readonly<Record<string, unknown>>;
  /** Takes a client's reply whose request was sent by another process, or by one that is gone. Left out: it means nothing here. */
  takeReply?(late: LateReply): Promise<void>;
}

export interface LateReply {
  readonly principal: string;
  /** `about` of the request. */
  readonly about: string;
  readonly reply: ClientReply;
}

/** Makes a dialect over one engine. */
export type CreateDialect = (options: DialectOptions) => Dialect;

export interface DialectOptions {
  readonly engine: TaskEngine;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly serverInfo: { readonly name: string; readonly version: string };
  /** Left out: it says nothing of itself. */
  readonly instructions?: string | undefined;
  /** How much tools/list tells. Default: explicit. */
  readonly schema?: SchemaMode;
  /** What the server is set to, for descriptions to say. Default: what an engine is set to by default. */
  readonly served?: ServedTimes;
  /** Whether a tool may, must or must not be called as a task, in the dialects that have tasks. Default: as the tool says, else every tool may. */
  taskSupport?(tool: string): TaskSupport;
  /** Signs what clients must bring back unchanged; asked for when it is first needed. Default: made anew for this dialect. */
  readonly secret?: () => Uint8Array;
  /** ms since the epoch. Default: the machine's clock. */
  readonly now?: () => number;
  /** Default: the machine's clock. */
  readonly clock?: Pick<ServerClock, 'sleep'>;
  /** What is wrong with an address that a caller wants to be told at; undefined: nothing. Left out: nobody is told. */
  readonly refusedCallback?: (url: string) => string | undefined;
  /** How long a call is waited for before it is answered with a receipt, in the dialect that does so, ms. */
  readonly graceMs?: number;
  /** Told of what the engine or this code threw, which callers see as -32603 and nothing more. */
  onError?(error: unknown): void;
}

/** Principal of callers who did not say who they are: nobody can tell them apart, so nothing may be listed for them. */
export const ANONYMOUS = 'anonymous';

/** Why the signal of a request was aborted: its `reason`. Only `cancelled` says that the caller wants the work stopped. */
export type Abandonment = 'cancelled' | 'disconnected' | 'shutdown';

export interface RequestContext {
  readonly principal: string;
  readonly transport: 'stdio' | 'http';
  /** One client conversation where the dialect has sessions (stdio: the process; http: Mcp-Session-Id); a place for the handshake's result. */
  readonly session: Session;
  /** Aborted when nobody waits for the answer any more; its reason is an Abandonment. */
  readonly signal: AbortSignal;
  /** Sends a notification related to this request (http: on its SSE stream; stdio: on the pipe). */
  notify(notification: JsonRpcNotification): void;
  /**
   * Sends a request related to this request, where `notify` goes, and gives the client's reply; rejects with the reason of
   * `signal`, and the client is told. Left out where a client cannot be asked in this way.
   */
  request?(request: ServerRequest, signal: AbortSignal): Promise<ClientReply>;
}

/** What a server asks of its client; its id is the transport's. */
export interface ServerRequest {
  /** What it is about, in words of the dialect: goes with the id, so that whichever process gets the reply knows what to do with it. */
  readonly about?: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export type ClientReply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: { readonly code: number; readonly message: string } };

export interface Session {
  readonly id: string;
  /** What initialize agreed on; empty before. */
  protocolVersion?: string;
  clientCapabilities?: Readonly<Record<string, unknown>>;
}

export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: number | string;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface JsonRpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification;

export type JsonRpcResponse =
  | { readonly jsonrpc: '2.0'; readonly id: number | string | null; readonly result: unknown }
  | {
      readonly jsonrpc: '2.0';
      readonly id: number | string | null;
      readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
      /** HTTP status a transport should answer with; taken out before the message is sent. */
      readonly httpStatus?: number;
    };

/** One registry line's module. */
export interface DialectModule {
  readonly meta: Dialect['meta'];
  readonly create: CreateDialect;
}
