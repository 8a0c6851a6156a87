import type { PlannedTarget } from '../model/plan.ts';
import type { WireTarget } from '../wire/wire-target.ts';
import type { Launch } from './server-process.ts';

/** What a run needs of a target; harness/targets makes it from a profile. */
export interface RunnableTarget {
  readonly planned: PlannedTarget;
  readonly wireTarget: WireTarget;
  /** HTTP headers of one agent's requests: what the profile says, and the agent's own bearer token. */
  headersFor(agent: number): Readonly<Record<string, string>>;
  /** Where an already running server listens (`--url` alone); null: we start it. */
  readonly url: string | null;
  /** null: the server is already running. */
  readonly launch: LaunchRecipe | null;
  /** The file effects are written to, once `{{dir}}` is known; null: CLAIMCHECK_LEDGER itself. */
  effectsFile(dir: string): string | null;
}

export interface LaunchRecipe {
  instantiate(place: { readonly dir: string; readonly port: number }): LaunchedAt;
  readonly kill: 'process' | 'group';
  readonly readyMs: number;
  readonly stop: { readonly signal: NodeJS.Signals; readonly withinMs: number };
}

export interface LaunchedAt extends Launch {
  /** Where it will listen; null: stdio. */
  readonly url: string | null;
  /** Shell command run once in `{{dir}}` before the first boot. */
  readonly prepare: string | null;
}
