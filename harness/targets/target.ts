import type { DialectId, TransportId } from '../model/operation.ts';
import type { PlannedTarget, ServerSettings } from '../model/plan.ts';
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
  /** null: the server is already running. */
  readonly launch: LaunchRecipe | null;
  /** The file effects are written to, once `{{dir}}` is known; null: CLAIMCHECK_LEDGER itself. */
  effectsFile(dir: string): string | null;
  /** The token that an effect's or a result's own token stands for: itself, or what `{{number A B}}` was sent for. */
  tokenOf(value: string): string;
  /** How many calls of one run can be told apart (`{{number A B}}`); null: any number. */
  readonly callsMax: number | null;
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
  /** What the plan wants this server to be set to; absent: nothing, as for a first look at it. */
  readonly settings?: ServerSettings;
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
  readonly module?: string;
  /** Path of a profile. */
  readonly profile?: string;
  /** Without a profile's work tool: this tool with these arguments (JSON). */
  readonly tool?: string;
  readonly arguments?: string;
  readonly dialect?: string;
  /** Reference server only. */
  readonly store?: string;
  readonly queue?: string;
  readonly transport?: string;
  readonly replicas?: number;
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
  readonly tools: ReadonlyMap<string, ServerTool>;
}

/** A target whose open questions (dialect, work tool) are answered. */
export interface Described {
  readonly kind: PlannedTarget['kind'];
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly store: string | null;
  readonly queue: string | null;
}
