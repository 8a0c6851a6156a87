import type { AgentId, Operation, TransportId } from './operation.ts';
import type { PlannedFault, PlannedTarget, Trigger } from './plan.ts';
import type { Prng } from './prng.ts';
import type { Meta } from './registry.ts';

export interface FaultMeta extends Meta {
  /** F5 */
  readonly id: string;
  /** reply-lost: what stands in a verdict beside the code. */
  readonly name: string;
  readonly kind: 'message' | 'process' | 'agent' | 'gateway';
  /** Options with their defaults. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Which trigger kinds make sense. */
  readonly triggers: readonly Trigger['kind'][];
  /** Colour of its lane in reports, as #rrggbb. */
  readonly colour: string;
}

/** Why the target makes this fault impossible, or null. */
export type Applicability = (target: PlannedTarget) => string | null;

/** A message on its way, as a fault sees it. */
export interface MessageView {
  readonly direction: 'request' | 'reply';
  readonly transport: TransportId;
  readonly op: Operation | null;
  readonly call: number | null;
  readonly attempt: number;
  readonly agent: AgentId | null;
  readonly conn: string;
  /** Running number of this direction on this connection. */
  readonly index: number;
  readonly bytes: number;
  /** Replies: the server answered with a JSON-RPC error. */
  readonly isError: boolean;
}

/** What becomes of a message. Composable: the interposer applies the worst of several (cut > drop > hold > dup > delay > pass). */
export type Disposition =
  | { readonly action: 'pass' }
  | { readonly action: 'delay'; readonly delayMs: number }
  | { readonly action: 'drop' }
  /** Deliver the same bytes again after `afterMs`. */
  | { readonly action: 'dup'; readonly afterMs: number }
  /** Keep it until another reply has passed on this server, `delayMsMax` at most. */
  | { readonly action: 'hold'; readonly delayMsMax: number }
  /** The server's answer was seen; the client's connection ends: RST, FIN, or nothing ever. stdio knows only `hang`. */
  | { readonly action: 'cut'; readonly how: 'reset' | 'fin' | 'hang' };

/** A fault on messages: a pure function of the entry, the message and the draw. */
export interface MessageFault {
  readonly meta: FaultMeta & { readonly kind: 'message' };
  readonly applicable: Applicability;
  /** Called for a message that fits the entry's trigger. null: this message is let through untouched. */
  decide(entry: PlannedFault, message: MessageView, draw: Prng): Disposition | null;
}

/** A fault on the server's process. `start` returns its undo, which is always called. */
export interface ProcessFault {
  readonly meta: FaultMeta & { readonly kind: 'process' };
  readonly applicable: Applicability;
  start(
    entry: PlannedFault,
    server: ServerControl,
  ): Promise<{ readonly evidence: Evidence; undo(): Promise<Evidence> }>;
}

/** A fault that an agent commits (retries, probes): policies read the entries, the run verifies them from the history. */
export interface AgentFault {
  readonly meta: FaultMeta & { readonly kind: 'agent' };
  readonly applicable: Applicability;
}

/** A platform in front of the server that gives up (F31): the interposer answers in the server's place after `afterMs`. */
export interface GatewayFault {
  readonly meta: FaultMeta & { readonly kind: 'gateway' };
  readonly applicable: Applicability;
  /** ms after the request; the server goes on. */
  afterMs(entry: PlannedFault): number;
}

export type Fault = MessageFault | ProcessFault | AgentFault | GatewayFault;
export type Evidence = Readonly<Record<string, unknown>>;

/** What a process fault may do to the server under test. */
export interface ServerControl {
  readonly boot: number;
  readonly pid: number;
  /** SIGKILL to the process or its group, as the profile says; resolves when the exit was seen. */
  kill(by: string): Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Asks it to end; resolves with the exit, or kills it after `withinMs` and says so. */
  terminate(options: { readonly by: string; readonly withinMs: number }): Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly tookMs: number;
    readonly killed: boolean;
  }>;
  /** Starts the next boot and waits until it is ready. */
  start(by: string): Promise<{ readonly boot: number; readonly readyMs: number }>;
  sleep(ms: number): Promise<void>;
}
