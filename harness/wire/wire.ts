import type { AgentId, Operation } from '../model/operation.ts';
import type { RpcAnswer, RpcNotification, RpcReply, RpcRequest } from './json-rpc.ts';

/** One line-oriented link to a server process, as the stdio shim offers it. One listener of each kind. */
export interface LineStream {
  /** false: not sent, the process is gone. */
  send(line: string): boolean;
  onLine(listener: (line: string) => void): void;
  onClose(listener: (why: string) => void): void;
}

/** What a message is about, so that an interposer can aim at "the reply to the create of call 7". */
export interface RequestTag {
  readonly op: Operation | 'handshake';
  readonly call: number | null;
  /** 1, 2 …: how often this operation of this call has been sent by this kind of agent. */
  readonly attempt: number;
  readonly agent: AgentId | null;
}

/** The tag of every request, set before it is sent. */
export interface RequestTags {
  set(conn: string, rpcId: number | string, tag: RequestTag): void;
  get(conn: string, rpcId: number | string): RequestTag | undefined;
  delete(conn: string, rpcId: number | string): void;
}

/** One way to send a request and learn what became of it. Never throws. */
export interface Channel {
  /** Whoever looks at a request on its way gets its tag with it; left out: it is looked up among all tags of the run. */
  readonly carriesTags?: boolean;
  request(message: RpcRequest, options: RequestOptions): Promise<RawReply>;
  /** Sends and forgets: a notification has no answer. */
  notify(message: RpcNotification, options?: { readonly headers?: Readonly<Record<string, string>> }): Promise<void>;
  /** Answers a request of the server. null: it was taken; else what became of it. */
  answer(message: RpcAnswer, options: RequestOptions): Promise<Unanswered | null>;
  /** Ends every open request as `eof`. */
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** The message as text, where it has been made already, and its bytes. */
  readonly text?: string;
  readonly bytes?: number;
  /** What it is about, for a channel that carries tags itself. */
  readonly tag?: RequestTag;
  /** Notifications that arrive on the stream of this request (http). Over stdio they reach the channel's own listener. */
  readonly onNotification?: (notification: RpcNotification) => void;
  /** Requests of the server that arrive while this request is open; nobody: they are answered as not offered. */
  readonly taker?: RequestTaker;
}

/** Who answers requests of the server while one of ours is open. */
export interface RequestTaker {
  claim(request: RpcRequest): Claim;
  /**
   * Takes it over; its answer goes by `Channel.answer`. `isGuess`: whose it is could not be told, so that it must be answered
   * whatever becomes of the request it was given to.
   */
  take(request: RpcRequest, isGuess: boolean): void;
}

/**
 * 'mine': it names what our request is about. 'likely': it names nothing, and ours is one that asks and has not been asked.
 * 'unlikely': it names nothing. 'no': it is about something else, or nothing we answer.
 */
export type Claim = 'mine' | 'likely' | 'unlikely' | 'no';

/** What became of one request. */
export type RawReply =
  | AnsweredReply
  /** No answer within the limit; `aborted`: the caller's signal ended the wait. */
  | { readonly kind: 'timeout'; readonly aborted: boolean }
  | { readonly kind: 'reset'; readonly message: string }
  | { readonly kind: 'eof'; readonly message: string }
  /** Never sent: nobody listens, or the process is not running. */
  | { readonly kind: 'refused'; readonly message: string }
  /** An answer that is not JSON-RPC. */
  | { readonly kind: 'garbled'; readonly message: string; readonly http: number | null; readonly text: string }
  /** An HTTP error status without a JSON-RPC body. */
  | { readonly kind: 'http'; readonly http: number; readonly headers: HttpHeaders; readonly text: string }
  /** Our own gateway (F31) answered in the server's place. */
  | { readonly kind: 'gateway'; readonly http: number | null; readonly text: string };

export type Unanswered = Exclude<RawReply, AnsweredReply>;

export type HttpHeaders = Readonly<Record<string, string>>;

export interface AnsweredReply {
  readonly kind: 'answered';
  readonly message: RpcReply;
  /** The whole message object as parsed, for validation. */
  readonly whole: Readonly<Record<string, unknown>>;
  /** null over stdio. */
  readonly http: number | null;
  readonly headers: HttpHeaders;
  /** The message as received. */
  readonly raw: string;
}

/** A refusal by the harness's own proxy: the connection to the server was refused, so nothing was sent. */
export const UPSTREAM_HEADER = 'x-claimcheck-upstream';
/** An answer the harness's own gateway made (F31). */
export const GATEWAY_HEADER = 'x-claimcheck-gateway';
