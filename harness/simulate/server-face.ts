import type { TransportId } from '../model/operation.ts';

/** A server in this thread as the simulator speaks to it, made from what a module's `createServer` gave. One a boot. */
export interface ServerFace {
  /** Present where it can be spoken to as over HTTP: every exchange stands alone. */
  readonly http?: HttpFace;
  /** Present where it can be spoken to as over a pipe: one conversation for all agents. */
  readonly line?: LineFace;
  /** Asked to end, as SIGTERM asks: takes no more work and finishes what it can. Resolves when it has. */
  stop(): Promise<void>;
}

export interface HttpFace {
  /** One POST. Called in the server's boot; `out` may be called at any time afterwards, in the boot. */
  exchange(request: HttpExchangeRequest, out: HttpExchangeOut): void;
  /** Ends the sessions of this principal (null: of everybody), where the server has sessions. Returns how many. */
  endSessions?(principal: string | null): number;
}

export interface HttpExchangeRequest {
  readonly text: string;
  /** What the text says, for whoever changes nothing of it; left out: it is to be parsed. */
  readonly message?: unknown;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** One of them; most servers look at no more. */
  header(name: string): string | undefined;
  /** Who asks: one a bearer token. */
  readonly principal: string;
  /** The client hung up. Made when it is first looked at: most servers never do. */
  readonly signal: AbortSignal;
  /** The same without a signal: calls back when the client hangs up, at once if it has. */
  onGone(listener: () => void): void;
}

export interface HttpExchangeOut {
  /** Before any message; default 200 without headers. */
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /**
   * One JSON-RPC message as text: a notification or request of the server, or the answer. `value`: what parsing it would give,
   * where the server has it and changes nothing of it any more.
   */
  message(text: string, value?: unknown): void;
  /** Nothing more comes. `text`: a body that is no JSON-RPC message. */
  end(text?: string): void;
}

export interface LineFace {
  connect(out: LineOut): LineIn;
}

export interface LineOut {
  line(text: string): void;
  /** The server closed its output. */
  closed(why: string): void;
}

export interface LineIn {
  line(text: string): void;
  /** The client closes the server's input. */
  end(): void;
}

/** What `createServer` of a module is given. */
export interface SimulationContext {
  /** A folder that outlives boots. */
  readonly directory: string;
  /** 1, 2 …: which incarnation this is. */
  readonly boot: number;
  /** How agents will speak to it. */
  readonly transport: TransportId;
  /** Where effects are told, outside the protocol: call them, or append {token, phase} lines to `path` (also in CLAIMCHECK_LEDGER). */
  readonly ledger: {
    readonly path: string;
    begin(token: string): void;
    commit(token: string): void;
  };
  /** Survives kills: what a durable store in memory keeps. Empty in the first boot. */
  readonly disk: Map<string, unknown>;
  /**
   * The way to a store, for servers whose store is simulated as well: it takes virtual time, and fails while the store is
   * in trouble. `before` an operation lands and `after` it has: a kill may fall into either.
   */
  readonly storage: StorageLink;
  /** What stands behind the ? of `--module FILE?name=value`, and the settings of the reference server. */
  readonly options: Readonly<Record<string, string>>;
}

export interface StorageLink {
  /** Rejects while the store fails, or (writes) is full: the operation must not be done then. */
  before(kind: 'read' | 'write'): Promise<void>;
  after(kind: 'read' | 'write'): Promise<void>;
}
