import type { ForeignClient } from './foreign-client.ts';
import type { CallRequest, DialectId, Operation, TransportId } from './operation.ts';
import type { PlannedLoad } from './planned-load.ts';

/**
 * plan.json: everything that will happen, filled in before anything starts. The plan, not only the seed, is what replays.
 * Times are ms; "after the start of the run" unless said otherwise.
 */
export const PLAN_SCHEMA = 'claimcheck/plan@1';

export interface Plan {
  readonly schema: typeof PLAN_SCHEMA;
  readonly claimcheck: string;
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  readonly time: 'real' | 'virtual';
  readonly target: PlannedTarget;
  readonly agents: PlannedAgents;
  readonly load: PlannedLoad;
  readonly calls: readonly PlannedCall[];
  readonly faults: readonly PlannedFault[];
  /** How long after max(ack, last heal + ready) a task may take. */
  readonly slaMs: number;
  readonly limits: PlannedLimits;
  readonly thresholds: readonly string[];
  readonly mustReach: readonly string[];
  /** What the target makes impossible and was therefore taken out. */
  readonly notApplicable: readonly NotApplicable[];
  readonly record: 'full' | 'heads' | 'counts';
  /** Virtual time only: what stands in for the machine. Absent: VIRTUAL_DEFAULTS. */
  readonly virtual?: PlannedWorld;
  /** The calls are those of a client that is not ours: nobody planned them, they were read off the wire. Absent: the calls are planned. */
  readonly client?: ForeignClient;
}

/** The machine of a simulated run. Ranges are whole ms, both ends included, drawn evenly. */
export interface PlannedWorld {
  /** Wall clock at the start of the run, ms since the epoch. */
  readonly epochMs: number;
  /** One message, one way. */
  readonly linkMs: readonly [number, number];
  /** One way to the store, and back. */
  readonly storeMs: readonly [number, number];
  /** From the start of a process to its first code. */
  readonly bootMs: readonly [number, number];
}

/** A quiet machine: a loopback, a local disk, a Node program that starts. */
export const VIRTUAL_DEFAULTS: PlannedWorld = {
  epochMs: Date.UTC(2026, 0, 1),
  linkMs: [1, 2],
  storeMs: [1, 3],
  bootMs: [30, 60],
};

export interface NotApplicable {
  readonly kind: 'fault' | 'situation' | 'threshold' | 'checker' | 'work' | 'setting';
  /** F12, a situation id, a threshold expression, a checker id, the tool of calls that became plain work, a server setting. */
  readonly id: string;
  /** Faults: what stands beside the code. */
  readonly name?: string;
  readonly reason: string;
}

/** What the compiler needs to know of a target, and what a run needs to start it. */
export interface PlannedTarget {
  readonly kind: 'reference' | 'command' | 'url' | 'module';
  readonly dialect: DialectId;
  readonly transport: TransportId;
  /** Reference server only. */
  readonly store: string | null;
  readonly queue: string | null;
  /** The resolved profile (harness/targets/profile.ts), placeholders kept; secrets are never in it. */
  readonly profile: unknown;
  readonly facts: TargetFacts;
  /** What the scenario needs this server to be set to; absent: its own defaults hold. */
  readonly settings?: ServerSettings;
  /** The processes it runs in, all on one state; absent: one. */
  readonly processes?: PlannedProcesses;
  /** The engines that its store and queue stand on; absent: they need none. */
  readonly services?: readonly PlannedService[];
}

export type ServiceId = 'redis' | 'postgres' | 'dynamodb';

/** An engine under a server. */
export interface PlannedService {
  readonly id: ServiceId;
  /** What of the server stands on it. */
  readonly uses: readonly ('store' | 'queue')[];
  /** Where the user's own one is, without its password; null: the harness starts one for the run. */
  readonly given: string | null;
  /** It is run so that a kill takes its newest writes: what it answered a moment before its death is not promised after it. */
  readonly losesTail?: true;
}

/** Several processes of one server. Those that clients reach stand behind a proxy that knows no client: each request goes to the next. */
export interface PlannedProcesses {
  /** Those that clients reach, at least one. */
  readonly servers: number;
  /** Those that run work and nothing else; 0: the servers run it. */
  readonly workers: number;
}

/** Settings of a server under test, ms. What is absent is left as it is. */
export interface ServerSettings {
  /** How long results are kept, counted from the call. */
  readonly ttlMs?: number;
  /** After this long a task is ended as failed. */
  readonly slaMs?: number;
  /** What clients are told to wait between polls. */
  readonly pollIntervalMs?: number;
  /** A worker silent for so long is taken for lost. */
  readonly leaseMs?: number;
  /** How often it looks for what is due. */
  readonly sweepMs?: number;
  /** Tasks that run at a time. */
  readonly concurrency?: number;
  /** Dialect grace: a call waits so long for its result before it gets a receipt. */
  readonly graceMs?: number;
  /** Polls a second that one caller may send. */
  readonly pollsPerSecond?: number;
  /** A tool that fails so often in a row is left alone, for so long. */
  readonly breakerFailures?: number;
  readonly breakerOpenMs?: number;
  readonly schema?: 'bare' | 'explicit'; // What its tools/list tells: names and types alone, or all there is to know.
}

/** What this target can do; what it cannot is taken out of the plan, with the reason. */
export interface TargetFacts {
  /** The work tool takes an idempotency key. */
  readonly key: boolean;
  /** Its duration can be asked for. If not, `takesMs` is what it takes. */
  readonly variesDuration: boolean;
  readonly takesMs: number;
  /** We started it, so we can kill, stop and restart it. */
  readonly process: boolean;
  /** Every agent has an identity of its own. */
  readonly principals: boolean;
  /** So many identities, which agents take in turn; absent: one for each agent. */
  readonly principalCount?: number;
  /** Which principal may reach a task, as the target states it; null: unstated, isolation is not judged. */
  readonly scope: 'session' | 'process' | 'principal' | 'server' | null;
  /** Effects can be observed: the ledger, or what the profile says. `ordered` false: counts only. */
  readonly effects: 'ordered' | 'counts' | 'none';
  readonly delivery: 'exactly-once' | 'at-least-once';
  /** An expression finds the token in a result. */
  readonly echo: boolean;
  readonly cancel: boolean;
  readonly failing: boolean;
  /** It has a tool that asks for input while it works, and the profile says what to answer. */
  readonly asking: boolean;
  readonly durable: boolean;
  /** Modes of the `effect` tool the target offers (reference: all). */
  readonly modes: readonly string[];
  /** Work tools by the names scenarios use: 'work' always; the reference adds its six workloads. */
  readonly tools: readonly string[];
  /** It can run in several processes on one state; 'roles': also with workers apart from servers. Absent: it cannot. */
  readonly replicas?: 'roles' | 'alike';
  /** Its data, or its engine's, can be put on a small disk that is filled: this machine lets us mount one. Absent: not. */
  readonly fillableDisk?: boolean;
  /** It can be given a clock of its own: this machine has what that takes. Absent: not. */
  readonly movableClock?: boolean;
  /** It can be set to what a scenario needs (`PlannedTarget.settings`); absent: it cannot. */
  readonly settings?: boolean;
}

export interface PlannedAgents {
  readonly count: number;
  /** Agent policy id. A call may name another. */
  readonly policy: string;
  readonly backoff: PlannedBackoff;
  /** What an agent does when nobody knows whether its create happened. */
  readonly retry: {
    readonly key: 'same' | 'new' | 'none';
    readonly attemptsMax: number;
    readonly delayMs: number;
    readonly factor: number;
    readonly delayMsMax: number;
  };
  /** Work between the result and the continuation, ms (the agent that has moved on). */
  readonly busyMs: number;
}

export interface PlannedBackoff {
  readonly id: string;
  readonly options: Readonly<Record<string, number>>;
}

export interface PlannedCall {
  /** 1…n */
  readonly call: number;
  /** 1…agents.count */
  readonly agent: number;
  /** Open load: intended start. Closed load: null, the call starts when the agent's previous one ended (plus `thinkMs`). */
  readonly atMs: number | null;
  readonly thinkMs: number;
  /** Partly open load: the call of the same visitor that must have ended before; `atMs` is null. Absent: none. */
  readonly follows?: number;
  /** A name out of target.facts.tools, 'failing' or 'asking'. */
  readonly tool: string;
  /** Duration asked of the work. */
  readonly ms: number;
  /** `effect` modes, where the target has them. */
  readonly mode: string | null;
  readonly token: string;
  /** Idempotency key, or null: this call sends none. */
  readonly key: string | null;
  readonly policy: string;
  /** Work between this call's result and its continuation, ms. */
  readonly busyMs: number;
  /** The agent cancels the task this long after its receipt; null: never. */
  readonly cancelAfterMs: number | null;
  /** The call of another agent whose task this one's agent tries to read and to cancel; absent: it minds its own business. */
  readonly trespass?: number;
  /** How long the agent thinks before it answers what the call asks for; absent: it answers at once. */
  readonly answerAfterMs?: number;
  /** The agent comes back to the call this long after its receipt and not before; absent: at once. */
  readonly fetchAfterMs?: number;
  /** What it asks for in place of the target's own work; known when the call is made, and in no plan. */
  readonly request?: CallRequest;
}

/** When a fault strikes. */
export type Trigger =
  /** At an instant. */
  | { readonly kind: 'time'; readonly atMs: number }
  /** One message: the `attempt`-th request (or its reply) of this operation of this call. */
  | {
      readonly kind: 'message';
      readonly direction: 'request' | 'reply';
      readonly op: Operation;
      readonly call: number;
      readonly attempt: number;
    }
  /** Every message that fits, each with a seeded chance. `op` absent: all operations. */
  | {
      readonly kind: 'messages';
      readonly direction: 'request' | 'reply' | 'both';
      readonly op?: Operation;
      readonly probability: number;
      readonly fromMs?: number;
      readonly untilMs?: number;
    }
  /**
   * A predicate over the history: `ms` after the event named by `on` of this call. With `hold`, the create reply of that call
   * is held back until the fault has struck, which opens the window between an effect and its receipt.
   */
  | {
      readonly kind: 'event';
      readonly on:
        | 'create-sent'
        | 'create-answered'
        | 'acked'
        | 'begin'
        | 'input-required-seen'
        | 'commit'
        | 'terminal-seen';
      readonly call: number;
      readonly ms: number;
      readonly hold?: boolean;
    }
  /**
   * Between two events: right after the one with this number, from 0, when the lines of kind `fault` are not counted. So
   * another planned fault moves nothing, and a point of a virtual run without faults is the same point in a run with them.
   */
  | { readonly kind: 'boundary'; readonly after: number }
  /** A behaviour of the agent at this call (F8 probe, F9). */
  | { readonly kind: 'call'; readonly call: number };

export interface PlannedFault {
  /** F12#1 */
  readonly entry: string;
  /** F12 */
  readonly fault: string;
  /** kill: what stands in a verdict beside the code. */
  readonly name: string;
  /** Where the server runs in several processes, the one it strikes (process-name.ts), or 'all'. */
  readonly process?: string;
  readonly trigger: Trigger;
  /** The fault's own options, defaults filled in. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Nobody counts on it: where it touches nothing, the run is judged by what did happen. Absent: such a run is unknown. */
  readonly mayMiss?: true;
}

export interface PlannedLimits {
  /** One request, from send to reply. */
  readonly requestMs: number;
  /** tasks/result and other blocking reads. */
  readonly blockingMs: number;
  /** Start of the server to ready. */
  readonly readyMs: number;
  /** The whole load phase. */
  readonly runMs: number;
  /** SIGTERM to exit, at the end. */
  readonly stopMs: number;
}
