import type { DialectId, TransportId } from '../model/operation.ts';
import type { PlannedService, PlannedTarget, ServerSettings, ServiceId } from '../model/plan.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import type { WireTarget } from '../wire/wire-target.ts';

/** A system under test, ready to be started, spoken to and judged. */
export interface ResolvedTarget {
  readonly planned: PlannedTarget;
  readonly wireTarget: WireTarget;
  /** What the profile requires and this machine has not: the verdict is unknown and says so; null: nothing is missing. */
  readonly unmet: string | null;
  /** HTTP headers of one agent's requests: what the profile says, and the agent's own bearer token. */
  headersFor(agent: number): Readonly<Record<string, string>>;
  /** Where an already running server listens (`--url` alone); null: we start it. */
  readonly url: string | null;
  /** null: the server is already running, or it is a module. */
  readonly launch: LaunchRecipe | null;
  /** The code that is run in virtual time; null: the server is a process. */
  readonly module: ModuleChoice | null;
  /** The file effects are written to, once `{{dir}}` is known; null: CLAIMCHECK_LEDGER itself. */
  effectsFile(dir: string): string | null;
  /** The commands that tell of effects, `{{dir}}` and the like filled in; null: there is none. */
  effectsCommands(dir: string): EffectsCommands | null;
  /** Where the profile speaks of `{{sink}}`: told where that is before anything is started. null: it does not. */
  readonly sink: Sink | null;
  /** The token that an effect's or a result's own token stands for: itself, or what `{{number A B}}` was sent for. */
  tokenOf(value: string): string;
  /** Where engines are that the user named, with their passwords: these stand in no plan. */
  readonly serviceUrls: ServiceUrls;
  /** How many calls of one run can be told apart (`{{number A B}}`); null: any number. */
  readonly callsMax: number | null;
}

/** How effects are heard of by asking: as they happen, or by counting them now and then. One of the two is there. */
export interface EffectsCommands {
  /** Shell command that prints ledger lines as they happen. */
  readonly stream: string | null;
  /** Shell command that prints all ledger lines there are. */
  readonly snapshot: string | null;
  readonly env: Readonly<Record<string, string>>;
}

/** The harness as the worker behind the server under test. */
export interface Sink {
  /** How long it works on what it is sent. */
  readonly takesMs: number;
  listensAt(url: string): void;
}

/** By engine, each with its password. */
export type ServiceUrls = Readonly<Partial<Record<ServiceId, string>>>;

/** A file that exports createServer. */
export interface ModuleChoice {
  /** Absolute. */
  readonly path: string;
  /** What stands behind its `?`; for one like the reference server also the dialect and the store it is asked for. */
  readonly options: Readonly<Record<string, string>>;
}

/** How a server is started, over and over, in one place. */
export interface LaunchRecipe {
  instantiate(place: Place): LaunchedAt;
  readonly kill: 'process' | 'group';
  /** stdio: one process for all agents, or one for each, all in the same place. */
  readonly processes: 'one' | 'per-agent';
  readonly readyMs: number;
  readonly stop: { readonly signal: NodeJS.Signals; readonly withinMs: number };
}

export interface Place {
  /** A fresh folder per run that lasts over restarts. */
  readonly dir: string;
  /** A free port. */
  readonly port: number;
  /** Where the harness takes work and news of effects (`{{sink}}`); absent: nowhere yet. */
  readonly sink?: string;
  /** What the plan wants this server to be set to; absent: nothing, as for a first look at it. */
  readonly settings?: ServerSettings;
  /** Where it is one of several processes; absent: it is the only one. */
  readonly part?: PlacePart;
}

/** One of several processes on the same state. */
export interface PlacePart {
  /** both: clients reach it, and it runs their work. */
  readonly role: 'both' | 'server' | 'worker';
  /** Another release than the one the run began with; null: that one. */
  readonly release: string | null;
}

export interface LaunchedAt {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where it will listen; null: stdio. */
  readonly url: string | null;
  /** Shell command run once in `{{dir}}` before the first boot: what the profile prepares, after what it wipes. */
  readonly prepare: string | null;
}

/** The target options of the command line; what was not given is absent. */
export interface TargetOptions {
  /** A command line: stdio, or HTTP together with `url`. */
  readonly server?: string;
  readonly url?: string;
  /** `FILE[?name=value&…]`: runs in virtual time. */
  readonly module?: string;
  /** Path of a profile. */
  readonly profile?: string;
  /** Without a profile's work tool: this tool with these arguments (JSON). */
  readonly tool?: string;
  readonly arguments?: string;
  readonly dialect?: string;
  /** Reference server only, and modules like it. */
  readonly store?: string;
  readonly queue?: string;
  /** Reference server and modules. */
  readonly transport?: string;
  readonly replicas?: number;
  readonly workers?: number;
  /** The engines that the store and the queue chosen stand on. */
  readonly services?: readonly PlannedService[];
  readonly serviceUrls?: ServiceUrls;
  /** `server` offers the reference server's tools, so its built-in profile describes it; `transport` says how it speaks. */
  readonly asReference?: boolean;
}

/** Starts a server once (or reaches a running one), greets it and lists its tools. Throws when it does not answer. */
export type Probe = (request: ProbeRequest) => Promise<Probed>;

export interface ProbeRequest {
  readonly launch: LaunchRecipe | null;
  /** The running server; null: `launch` starts one. */
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** null: find out. */
  readonly dialect: DialectId | null;
}

export interface Probed {
  readonly dialect: DialectId;
  readonly server: { readonly name: string; readonly version: string };
  readonly instructions: string;
  readonly tools: ReadonlyMap<string, ServerTool>;
}

/** Evaluates a module once in virtual time, starts its server, greets it and lists its tools. Throws a UsageError. */
export type ProbeModule = (request: ModuleProbeRequest) => Promise<ProbedModule>;

export interface ModuleProbeRequest {
  readonly module: ModuleChoice;
  /** null: find out. */
  readonly dialect: DialectId | null;
  /** null: what suits what its createServer returns. */
  readonly transport: TransportId | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProbedModule extends Probed {
  readonly transport: TransportId;
  /** What the module exports under these names, as JSON has it; undefined: nothing. */
  readonly profile: unknown;
  readonly imitates: unknown;
}

/** A target whose open questions (dialect, work tool) are answered. */
export interface Described {
  readonly kind: PlannedTarget['kind'];
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly store: string | null;
  readonly queue: string | null;
}
