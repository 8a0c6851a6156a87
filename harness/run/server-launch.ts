import type { ServerControl } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { LaunchRecipe } from '../targets/target.ts';
import { type Balancer, onlyUpstream } from './balancer.ts';
import { type BootNumbers, createBootNumbers } from './boot-numbers.ts';
import type { Arrival, Doorway } from './doorway.ts';
import { createFleet } from './fleet.ts';
import { createLinkGate, type LinkGate } from './link-gate.ts';
import { setsClock } from './movable-clock.ts';
import { reachOf } from './process-reach.ts';
import { launchReplicas } from './replica-launch.ts';
import { bootFailure, prepareServer, type ServerPlace, spawnFailure } from './server-place.ts';
import type { ServerProcess } from './server-process.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import type { TestBedOptions } from './test-bed.ts';

export interface Launched {
  /** Where the server listens; null: stdio. */
  readonly url: string | null;
  /** How many processes serve the agents, all on the same state. */
  readonly processCount: number;
  /** Where each request goes; null: over stdio, or to a server that somebody else runs. */
  readonly balancer: Balancer | null;
  /** null: the server is not ours to start. */
  readonly supervise: ((greet: Doorway['greet']) => Supervisor) | null;
}

export type CloseConnections = NonNullable<ServerControl['closeConnections']>;

export type LaunchOptions = Pick<
  TestBedOptions,
  'plan' | 'target' | 'directory' | 'signal' | 'recorder' | 'clock' | 'guardian' | 'scratch' | 'onGivenUp'
> & {
  readonly drain: () => void;
  readonly closeConnections: CloseConnections;
  /** false: what ends by itself is left down. Default: it is started again, as a platform does. */
  readonly revives?: boolean;
};

/** Fills the launch recipe with this run's folder and port. Throws a UsageError when the folder cannot be prepared. */
export async function launchServer(options: LaunchOptions): Promise<Launched> {
  const { target, plan } = options;
  const recipe = target.launch;
  if (recipe === null) return { url: target.url, processCount: 1, balancer: null, supervise: null };
  const settings = plan.target.settings ?? {};
  if (plan.target.processes !== undefined) {
    return launchReplicas({ ...options, recipe, settings, processes: plan.target.processes });
  }
  const processCount = processCountOf(recipe, plan);
  const placed = await prepareServer({ ...options, recipe, settings, isClockSet: setsClock(plan) });
  const { url } = placed;
  const gate = createLinkGate();
  return {
    url,
    processCount,
    balancer: url === null ? null : onlyUpstream(new URL(url), gate),
    supervise(greet) {
      const numbers = createBootNumbers();
      const members = Array.from({ length: processCount }, (_none, index) =>
        superviseOne({ options, recipe, placed, numbers, greet, gate, place: { process: index + 1 } }),
      );
      const [only] = members;
      return only && processCount === 1 ? only : createFleet({ members, numbers });
    },
  };
}

function processCountOf(recipe: LaunchRecipe, plan: Plan): number {
  if (recipe.processes === 'one') return 1;
  if (plan.target.transport === 'http') {
    throw new UsageError('target.processes: per-agent needs stdio; a server with a URL listens in one process.');
  }
  return plan.agents.count;
}

export interface SuperviseParts {
  readonly options: LaunchOptions;
  readonly recipe: LaunchRecipe;
  readonly placed: Pick<ServerPlace, 'launchAs' | 'url' | 'clock'>;
  readonly numbers: BootNumbers;
  readonly greet: Doorway['greet'];
  readonly gate: LinkGate;
  readonly place: Pick<Arrival, 'process' | 'own'>;
  /** What it is called beside others. */
  readonly name?: string;
}

export function superviseOne(parts: SuperviseParts): Supervisor {
  const { recipe, placed, options, name } = parts;
  const { launchAs } = placed;
  const { signal, directory } = options;
  let running: ServerProcess | null = null;
  const supervisor = createSupervisor({
    launch: launchAs,
    ...(name === undefined ? {} : { process: name }),
    numbers: parts.numbers,
    gate: parts.gate,
    kill: recipe.kill,
    stopSignal: recipe.stop.signal,
    speaksOnPipes: options.plan.target.transport === 'stdio',
    // A boot that the judge still allows time is not given up.
    readyMs: Math.max(recipe.readyMs, options.plan.limits.readyMs),
    stderrPath: directory.stderr,
    clock: options.clock,
    recorder: options.recorder,
    guardian: options.guardian,
    drain: options.drain,
    closeConnections: options.closeConnections,
    signal,
    ...(options.revives === undefined ? {} : { revives: options.revives }),
    onGivenUp: options.onGivenUp,
    spawnFailure: (error) => spawnFailure(error, launchAs({})),
    async greet(boot, server, withinMs) {
      running = server;
      try {
        await parts.greet({ ...parts.place, boot, server, withinMs });
      } catch (error) {
        if (signal.aborted) throw error;
        throw await bootFailure({ error, server, stderrPath: directory.stderr(boot), launch: launchAs({}), withinMs });
      }
    },
  });
  const reach = reachOf({
    ...placed,
    clock: placed.clock,
    sleep: supervisor.sleep.bind(supervisor),
    running: () => running,
  });
  return Object.assign(supervisor, reach);
}
