import type { AgentId, Operation, TransportId } from './operation.ts';
import type { Plan, PlannedFault, PlannedTarget, Trigger } from './plan.ts';
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
  /** Process faults: what of several processes it strikes, whatever the scenario says; left out: what that says. */
  readonly strikes?: 'worker' | 'all';
  /** Colour of its lane in reports, as #rrggbb. */
  readonly colour: string;
}

/** Why this fault, with these options, is impossible on this target in this time (real processes or virtual); null: it is not. */
export type Applicability = (
  target: PlannedTarget,
  time: Plan['time'],
  options: PlannedFault['options'],
) => string | null;

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

/** In what way a message is spoilt on its way, so that no reader can take it for what was sent. */
export type Spoiling =
  /** One bit of one byte of its structure is another. */
  | 'flip'
  /** The second half of a character is missing. */
  | 'utf8'
  /** Another message stands right behind it, with nothing between them. */
  | 'glued'
  /** A line of a log stands before it. Over a pipe that is a line of its own, and the message itself arrives. */
  | 'log';

/** Slices of so many bytes, one every so many ms. */
export interface Pace {
  readonly sliceBytes: number;
  readonly everyMs: number;
}

/**
 * What becomes of a message. Composable: the interposer applies the worst of several
 * (cut > truncate > drop > spoil > hold > dup > trickle > delay > pass).
 */
export type Disposition =
  | { readonly action: 'pass' }
  | { readonly action: 'delay'; readonly delayMs: number }
  /** The first of the entry is kept for so long, and with it all that come meanwhile; then they go at once. Later ones pass. */
  | { readonly action: 'gather'; readonly forMs: number }
  /** It takes long to pass, piece by piece. */
  | { readonly action: 'trickle'; readonly pace: Pace }
  | { readonly action: 'drop' }
  /** Of a reply only the first bytes arrive; then its connection ends. A pipe does not end: the next line follows. */
  | { readonly action: 'truncate'; readonly bytes: number }
  /** `at`: where, as a share of it. */
  | { readonly action: 'spoil'; readonly how: Spoiling; readonly at: number }
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
    store?: StoreControl,
    watch?: FaultWatch,
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

/** What a process fault may wait for while it lasts. */
export interface FaultWatch {
  /** Resolves when work on this call begins from now on, which may be never. */
  begun(call: number): Promise<void>;
}

export type Fault = MessageFault | ProcessFault | AgentFault | GatewayFault;
export type Evidence = Readonly<Record<string, unknown>>;

export interface Started {
  readonly boot: number;
  readonly readyMs: number;
  /** The limit of its heap, as found in its environment; absent: none was asked for. */
  readonly heapMb?: number;
  /** What its stderr goes to, where nobody was to read that. */
  readonly log?: string;
}

/** How a boot is started otherwise than the one before. */
export interface StartHow {
  /** Another release of the server; null: the one that the run began with. */
  readonly release?: string | null;
  /** What its heap may grow to, MiB; null: as much as the runtime gives it. */
  readonly heapMb?: number | null;
  /** What it writes to stderr stays in its pipe until it has ended. */
  readonly isLogUnread?: boolean;
}

/** Strangers at the door of a server that listens. */
export interface Crowd {
  readonly connections: number;
  /** What each of them says: nothing, the beginning of a request, or a request. */
  readonly says: 'nothing' | 'half' | 'whole';
  /** How long they stay. */
  readonly forMs: number;
}

/** What the store of a server does while it is in trouble. */
export type StoreTrouble =
  /** Every operation takes this much longer. */
  | { readonly form: 'slow'; readonly ms: number }
  /** An operation is refused by this chance, and has then changed nothing. */
  | { readonly form: 'failing'; readonly probability: number }
  /** An operation is done, by this chance, and its answer lost. */
  | { readonly form: 'cut'; readonly probability: number }
  /** Nothing new can be written; reads go on. */
  | { readonly form: 'full' };

/** What a process fault may do to the engine that a server's store stands on. */
export interface EngineControl {
  /** SIGKILL to it and everything it started; resolves when its exit was seen. */
  kill(by: string): Promise<Evidence>;
  /** Starts it again, on the same data; resolves when it answers. */
  start(by: string): Promise<Evidence>;
  /** Starts it again and kills it so soon after; `wasReady`: it answered before that. */
  startAndKill(by: string, afterMs: number): Promise<Evidence & { readonly wasReady: boolean }>;
  /** SIGSTOP to it and everything it started; resolves when all of it was seen to stand. */
  pause(by: string): Promise<Evidence>;
  /** SIGCONT. */
  resume(by: string): Promise<Evidence>;
}

/** What stands under a real server, as far as the harness can reach it. */
export interface StoreControl {
  /** A program of its own, started by the harness. */
  readonly engine?: EngineControl;
  /** Puts the way to it in trouble; null ends it. `touched`: what the trouble that this call ended has struck. */
  trouble?(trouble: StoreTrouble | null): Promise<{ readonly touched: number }>;
}

/**
 * What a process fault may do to the server under test. The optional capabilities are there where the place it runs in has
 * them: a real process cannot be given another clock, a simulated one can. `applicable` of the fault says so before a run;
 * a fault that finds its capability missing all the same throws, and is then not verified.
 */
export interface ServerControl {
  readonly boot: number;
  readonly pid: number;
  /**
   * SIGKILL to the process or its group, as the profile says; resolves when the exit was seen. `tearsRecord`: what the store
   * was writing in this moment reaches the disk in part; `torn` says how many writes that struck.
   */
  kill(
    by: string,
    how?: { readonly tearsRecord: boolean },
  ): Promise<{ readonly code: number | null; readonly signal: string | null; readonly torn?: number }>;
  /** Asks it to end, by a signal or by closing its input; resolves with the exit, or kills it after `withinMs` and says so. */
  terminate(options: { readonly by: string; readonly withinMs: number; readonly asks?: 'signal' | 'input' }): Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly tookMs: number;
    readonly killed: boolean;
  }>;
  /** Starts the next boot and waits until it is ready. What `how` leaves out stays as it was. */
  start(by: string, how?: StartHow): Promise<Started>;
  sleep(ms: number): Promise<void>;
  /** SIGSTOP: everything it does stands still, its connections stay open. Resolves when it was seen to stand. */
  pause?(by: string): Promise<Evidence>;
  /** SIGCONT. Resolves at once if it does not stand. */
  resume?(by: string): Promise<Evidence>;
  /** Its wall clock moves by `ms` (negative: back) and runs on from there; timers and monotonic clocks do not notice. */
  jumpClock?(ms: number): Promise<{ readonly beforeMs: number; readonly afterMs: number }>;
  /** Puts its store in trouble; null ends it. `touched`: operations struck by the trouble that this call ended. */
  storeTrouble?(trouble: StoreTrouble | null): Promise<{ readonly touched: number }>;
  /** The names of its processes, where there are several. */
  names?(): readonly string[];
  /** One of several processes, by its name, to be struck alone. */
  of?(process: string): ServerControl;
  /** Of several processes: another of the same kind takes its place, and it is nobody's from now on; a kill ends it for good. */
  replace?(by: string): Promise<Started & { readonly process: string }>;
  /** Keeps all bytes between clients and the process back, or lets them go; gives how many messages that struck. */
  holdLink?(isHeld: boolean): number;
  /** Nobody reads what it writes to stdout, or somebody does again; gives how many bytes were waiting then. */
  holdOutput?(isHeld: boolean): number;
  /** How many files, and so connections, it may have open from now on; null: as many as before. Resolves with what was found. */
  limitFiles?(filesMax: number | null): Promise<{ readonly filesMax: number }>;
  /** Strangers connect to it, all at once; resolves when the last has gone. */
  crowd?(crowd: Crowd): Promise<Evidence & { readonly opened: number }>;
  /** Ends the connection of this call's agent (null: of every agent) and opens a new one in its place. */
  closeConnections?(how: { readonly by: string; readonly call: number | null }): Promise<{ readonly closed: number }>;
}
