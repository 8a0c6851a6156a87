import type { AgentId, Operation, Reason, Status } from './operation.ts';

/**
 * The lines of history.jsonl (schema claimcheck/history@1).
 *
 * Every line carries `seq` (0, 1, 2 … without a gap), `t` (integer ns from run start, monotonic), `wall` (ms since the
 * epoch) and `kind`. Readers ignore kinds and fields they do not know, so both can be added without a version bump.
 */
export const HISTORY_SCHEMA = 'claimcheck/history@1';

interface Stamp {
  readonly seq: number;
  readonly t: number;
  readonly wall: number;
}

export interface RunBody {
  readonly kind: 'run';
  readonly schema: typeof HISTORY_SCHEMA;
  readonly startedAt: string;
  readonly time: 'real' | 'virtual';
}

/** Something is about to be sent. */
export interface InvBody {
  readonly kind: 'inv';
  readonly op: Operation;
  /** The logical call (plan.calls[].call), 1…n. */
  readonly call: number;
  /** 1 for the first send of this create, 2 for its first retry …; reads count up as well. */
  readonly attempt: number;
  readonly task?: string;
  readonly agent: AgentId;
  /** For the auditor: the agent as whom it reads. */
  readonly as?: number;
  readonly conn: string;
  readonly rpcId: number | string;
  /** Idempotency key sent with a create, if any. */
  readonly key?: string;
  /** A create sent again on purpose after the first was acked (F8), to see whether the key holds. */
  readonly probe?: boolean;
  /** The agent asks for a task that is another agent's (`call` is that agent's), to see whether it is refused. */
  readonly trespass?: boolean;
  /** Intended start, ns from run start (creates only): latency counts from here. */
  readonly intended?: number;
  /** Bytes of the request as sent. */
  readonly bytes?: number;
  /** Keys of the inputs that an update answers; absent where the dialect has none (an answer on the stream of a read). */
  readonly inputs?: readonly string[];
}

/** What a task looked like in a reply or a notification. */
export interface Observation {
  readonly task?: string;
  readonly status?: Status;
  readonly statusMessage?: string;
  /** The tool result as received; absent above 64 KiB, then `resultSha` and `bytes` stand for it. */
  readonly result?: unknown;
  readonly resultSha?: string;
  readonly bytes?: number;
  /** The result said isError: true. */
  readonly isError?: boolean;
  /** What the profile's `echo` expression found in the result: the token the server says it worked on; null: nothing. */
  readonly echo?: string | null;
  readonly error?: { readonly code: number; readonly message: string };
  readonly createdAt?: string;
  readonly lastUpdatedAt?: string;
  readonly ttlMs?: number | null;
  readonly pollMs?: number;
  /** Keys of what the task waits for (input_required), as shown; sorted. */
  readonly inputs?: readonly string[];
  /** The request behind each key, as the SHA-256 of its JSON with sorted keys: a key must keep its request. */
  readonly inputShas?: Readonly<Record<string, string>>;
}

/** Definitely happened. */
export interface OkBody extends Observation {
  readonly kind: 'ok';
  /** seq of its inv. */
  readonly of: number;
  /** Violations of the reply's shape, by the official schemas and ours; empty: the reply was validated and is good. */
  readonly shape?: readonly string[];
  /** Ids of the further requests of the same operation: a call that asked for input first is sent again with the answer. */
  readonly rpcIds?: readonly (number | string)[];
}

/** `fail`: definitely did not happen. `info`: nobody knows. */
export interface UnsureBody {
  readonly kind: 'fail' | 'info';
  readonly of: number;
  readonly reason: Reason;
  readonly code?: number;
  readonly http?: number;
  readonly message?: string;
  readonly shape?: readonly string[];
  /** The server under test did answer (an error reply), as opposed to a wire that broke or a gateway that gave up. */
  readonly answered?: boolean;
  /** The server asked to stay away for so long (Retry-After, or retryAfterMs in the error's data), ms. */
  readonly retryAfterMs?: number;
  /** Our own gateway (F31) answered in the server's place. */
  readonly gateway?: boolean;
  readonly rpcIds?: readonly (number | string)[];
}

/** A notification that carries a task's state. */
export interface PushBody extends Observation {
  readonly kind: 'push';
  readonly conn: string;
  /** Callbacks: the id under which it was delivered; the same for every attempt. */
  readonly delivery?: string;
}

/** An effect, drained from the ledger. */
export interface FxBody {
  readonly kind: 'fx';
  readonly token: string;
  /** The logical call the token belongs to; null: no call of this run has this token. */
  readonly call: number | null;
  readonly phase: 'begin' | 'commit';
  /** The boot that was running when the line was drained. */
  readonly boot: number;
  readonly worker?: string;
  /** ns from run start: the writer's own clock where it gave one, else when the line was seen. */
  readonly at: number;
  /** `at` is the time seen (idle tail at most 5 ms), not the writer's. */
  readonly seen?: boolean;
}

export interface FaultBody {
  readonly kind: 'fault';
  /** Fault code: F5. */
  readonly id: string;
  /** One planned entry: F5#7. */
  readonly entry: string;
  readonly phase: 'plan' | 'start' | 'verified' | 'stop';
  readonly evidence?: Readonly<Record<string, unknown>>;
}

export interface ProcBody {
  readonly kind: 'proc';
  /** 1, 2 … one incarnation of the server. */
  readonly boot: number;
  readonly pid?: number;
  /** Which process of a server that runs in several: server-2, worker-1. Absent: it runs in one. */
  readonly process?: string;
  readonly phase: 'spawn' | 'ready' | 'exit';
  readonly code?: number | null;
  readonly signal?: string | null;
  /** Who caused it: 'harness' (start and end of the run), a fault entry (F12#1), or 'server' (it went by itself). */
  readonly by?: string;
}

/** One message on one connection, as the interposer saw it. `out`: towards the server. */
export interface FrameBody {
  readonly kind: 'frame';
  readonly conn: string;
  readonly dir: 'out' | 'in';
  readonly action: 'pass' | 'hold' | 'delay' | 'drop' | 'dup' | 'cut' | 'flip';
  readonly bytes: number;
  readonly type: 'request' | 'response' | 'notification' | 'garbage';
  readonly rpcId?: number | string | null;
  readonly method?: string;
  readonly http?: number;
  /** Whole up to 64 KiB, else its head; absent with --record heads. */
  readonly text?: string;
  readonly sha?: string;
  /** The fault entries that touched it. */
  readonly entries?: readonly string[];
  readonly delayMs?: number;
  /** Of several processes, the one that sent it. */
  readonly process?: string;
}

/** How well the load generator kept its own schedule. */
export interface GenBody {
  readonly kind: 'gen';
  /** ns between the intended and the real start of this arrival. */
  readonly lateness?: number;
  /** Arrivals that could not be started at all. */
  readonly dropped?: number;
  readonly call?: number;
}

/** The result entered the agent's context. */
export interface KnowBody {
  readonly kind: 'know';
  readonly task: string;
  readonly call: number;
  readonly agent: number;
}

/** The agent took this result as the answer to that call. `echo`: the token the result itself carries. */
export interface BindBody {
  readonly kind: 'bind';
  readonly task: string;
  readonly call: number;
  readonly agent: number;
  readonly echo?: string | null;
}

/** The continuation of a call: the agent's next step, made of these results. */
export interface UseBody {
  readonly kind: 'use';
  readonly call: number;
  readonly inputs: readonly string[];
  readonly agent: number;
}

/** The agent was busy with other work between two instants (ns from run start). */
export interface ActBody {
  readonly kind: 'act' | 'idle';
  readonly agent: number;
  readonly from: number;
  readonly to: number;
  readonly call?: number;
}

/** The agent gave a call up (time limit, attempts used, told to forget it). */
export interface QuitBody {
  readonly kind: 'quit';
  readonly agent: number;
  readonly call: number;
  readonly why: string;
}

export interface NoteBody {
  readonly kind: 'note';
  /** One of: 'drained' (load is done), 'healed' (faults undone, server ready), 'audit' (final reads begin), 'interrupted', … */
  readonly topic: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export type EventBody =
  | RunBody
  | InvBody
  | OkBody
  | UnsureBody
  | PushBody
  | FxBody
  | FaultBody
  | ProcBody
  | FrameBody
  | GenBody
  | KnowBody
  | BindBody
  | UseBody
  | ActBody
  | QuitBody
  | NoteBody;

export type Event = Stamp & EventBody;
export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;
/** An event kind with its stamp: `Stamped<InvBody>`. */
export type Stamped<Body> = Stamp & Body;
