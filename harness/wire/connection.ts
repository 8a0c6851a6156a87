import type { AgentWire } from '../model/agent.ts';
import type { Clock } from '../model/clock.ts';
import type { EventBody } from '../model/event.ts';
import type { AgentId } from '../model/operation.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlannedCall, PlannedLimits } from '../model/plan.ts';
import type { Handshake, ToolPages } from './dialects/adapter.ts';
import type { MessageWitness } from './message-witness.ts';
import type { PushHub } from './push-hub.ts';
import type { RpcLink } from './rpc-link.ts';
import type { Stray } from './stray.ts';
import type { Channel, LineStream, RequestTags } from './wire.ts';
import type { WireTarget } from './wire-target.ts';

/** One agent's conversation with the server. Over http it owns its sockets; over stdio agents share a `StdioHost`. */
export interface Connection {
  readonly wire: AgentWire;
  /** The latest handshake; it is renewed when a session is lost. */
  handshake(): Handshake;
  /** A final read: `get`, or `result` where only that carries the result. `as`: the agent whose task it is. */
  read(op: 'get' | 'result', call: PlannedCall, task: string, reader: Reader): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Reader {
  readonly agent: AgentId;
  readonly as?: number;
  /** Default: the context's. Final reads come after the load's own signal may have been aborted. */
  readonly signal?: AbortSignal;
}

/** What every connection of a run shares. */
export interface WireContext {
  readonly target: WireTarget;
  readonly limits: Pick<PlannedLimits, 'requestMs' | 'blockingMs'>;
  readonly clock: Clock;
  readonly tags: RequestTags;
  /** Where servers tell the end of tasks, where there is such a place. */
  readonly callbacks?: { urlOf(call: number): string; readonly pushes: PushHub };
  /** Appends to the history and returns the seq. */
  record(body: EventBody): number;
  /** Aborted when the run ends or is interrupted: open exchanges end as info timeout "the run ended", then the call throws. */
  readonly signal: AbortSignal;
  /** The boot that runs now; lets a 4xx after a restart be told apart from a lost task. Default: always 1. */
  readonly boot?: () => number;
  /** What tools/list gave before, for those who greet the same server over and over. */
  readonly toolPages?: ToolPages;
  /** Replies that answer nothing open, for progress and warnings; the history has them as frames. */
  readonly onStray?: (conn: string, stray: Stray) => void;
}

export interface ConnectionOptions {
  readonly context: WireContext;
  /** Who speaks, 1…n. */
  readonly agent: number;
  readonly endpoint: Endpoint;
  /** Over http: the first to speak to a boot, who calls what the target wants called then. Over stdio the host does. */
  readonly setsUp?: boolean;
}

export type Endpoint =
  /** `headers` go with every request: Authorization, what the profile says, and whatever the proxy needs to know the conn. */
  | {
      readonly kind: 'http';
      readonly conn: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Hears of every message; absent: a proxy between here and the server does. */
      readonly witness?: MessageWitness;
    }
  /** The same over a channel that somebody else made: a server in this thread. */
  | { readonly kind: 'channel'; readonly conn: string; readonly channel: Channel }
  | { readonly kind: 'stdio'; readonly host: StdioHost };

/** The one stdio link that all agents of a process share, over all its boots. */
export interface StdioHost {
  /** Takes the link of a new boot and greets the server; throws a HandshakeError when it does not answer within `timeoutMs`. */
  attach(conn: string, stream: LineStream, timeoutMs?: number): Promise<Handshake>;
  /** The link of the running boot, once it has been greeted; null: no boot, or its greeting failed. */
  link(): Promise<RpcLink | null>;
  /** What notifications on the pipe say of tasks. */
  readonly pushes: PushHub;
  /** The conn of the latest boot. */
  conn(): string;
  close(): Promise<void>;
}
