import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadFaults } from '../execution/units.ts';
import type { DialectId } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import { loadUnit } from '../model/registry.ts';
import { isRunDirectory, type RunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { withObserved } from '../plan/observed-plan.ts';
import { type InterpositionOptions, runInterposition } from '../run/interposition.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { Adapter } from '../wire/dialects/adapter.ts';
import { ADAPTERS } from '../wire/dialects/index.ts';
import type { ObservedClient } from '../wire/witness/observed-client.ts';
import type { CommandContext } from './command.ts';
import { concludeRun } from './conclusion.ts';
import { continuedPlan } from './continued-plan.ts';
import { environmentOf } from './execution.ts';
import { writeJson, writeWhole } from './json-file.ts';
import { discardOutDirectory, linkLatest, openOutDirectory, planOutDirectories, shown } from './out-directory.ts';
import { drawReport, readRun } from './run-report.ts';

export interface InterposedRunOptions {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly openFront: InterpositionOptions['openFront'];
  readonly out: string | undefined;
  readonly force: boolean;
  /** It goes on from the runs beside it: what struck there does not strike again. */
  readonly once: boolean;
  /** stdout is the client's: the summary goes to stderr. */
  readonly ownsStdout: boolean;
  readonly context: CommandContext;
}

// Up to so many calls the plan is saved with each of them, so that a kill of ours costs nothing; then with every so many.
const SAVED_ALWAYS = 100;
const SAVED_EVERY = 50;

/** One client from its first message to the report. A client that kills us leaves a plan and a history that can be judged. */
export async function interposeClient(options: InterposedRunOptions): Promise<number> {
  const { target, openFront, context } = options;
  const { output, cwd } = context;
  const { directory, earlier } = chooseDirectory(options);
  const plan = options.once ? continuedPlan(options.plan, earlier) : options.plan;
  const made = openOutDirectory(directory, cwd);
  writeJson(directory.plan, plan);
  writeFileSync(directory.ledger, '');
  output.progress(`interposing: ${faultsOf(plan)}; the run goes to ${shown(cwd, directory.path)}`);
  // Its client waits for the server: what this machine is can be found out meanwhile.
  const environment = environmentOf(context);
  const save = (observed: ObservedClient) => {
    const { length } = observed.calls;
    if (length <= SAVED_ALWAYS || length % SAVED_EVERY === 0) writeJson(directory.plan, withObserved(plan, observed));
  };
  const { signal } = context;
  const [faults, adapters] = await Promise.all([loadFaults(plan), loadAdapters()]);
  const running = runInterposition({ plan, faults, adapters, target, directory, signal, openFront, onCall: save });
  const observed = await running.catch((error: unknown) => {
    if (error instanceof UsageError) discardOutDirectory(directory, made);
    throw error;
  });
  writeJson(directory.plan, withObserved(plan, observed));
  writeJson(directory.environment, await environment);
  const run = await readRun(directory);
  writeJson(directory.environment, { ...(await environment), server: run.verdict.target.server });
  writeJson(directory.verdict, run.verdict);
  writeWhole(directory.report, drawReport([run]));
  if (options.out === undefined) linkLatest(directory, cwd, output.warn);
  const places = { directory: shown(cwd, directory.path), report: shown(cwd, directory.report) };
  const say = options.ownsStdout ? output.progress : output.result;
  say(concludeRun(run.verdict, places));
  return run.verdict.exitCode;
}

/** A client starts its server again after a crash, and its configuration names one directory: the next run goes beside it. */
function chooseDirectory({ plan, out, force, ownsStdout, context }: InterposedRunOptions): {
  readonly directory: RunDirectory;
  readonly earlier: readonly RunDirectory[];
} {
  const { cwd, clock } = context;
  const wanted = { cwd, out, force, wallMs: clock.wall() };
  if (out === undefined || force || !ownsStdout || !isRunDirectory(resolve(cwd, out))) {
    const [directory] = planOutDirectories([plan], wanted);
    if (directory === undefined) throw new Error('expected a directory for one run, got none');
    return { directory, earlier: [] };
  }
  const earlier = [runDirectory(resolve(cwd, out))];
  for (let copy = 2; ; copy += 1) {
    const directory = runDirectory(`${resolve(cwd, out)}-${copy}`);
    if (!existsSync(directory.path)) return { directory, earlier };
    earlier.push(directory);
  }
}

async function loadAdapters(): Promise<ReadonlyMap<DialectId, Adapter>> {
  const loaded = await Promise.all(Object.keys(ADAPTERS).map((id) => loadUnit(ADAPTERS, 'dialect', id)));
  return new Map(loaded.map((adapter) => [adapter.meta.id, adapter]));
}

function faultsOf({ scenario, seed, faults }: Plan): string {
  const names = faults.map(({ entry, trigger }) => ('call' in trigger ? `${entry} at call ${trigger.call}` : entry));
  return `${scenario}, seed ${seed}, ${names.join(', ') || 'no faults'}`;
}
