/**
 * The systems under test. To add one: write harness/targets/<kind>.ts that makes a profile, facts and work tools (the
 * reference is the model), add its kind to PlannedTarget in harness/model/plan.ts, and choose it in `resolveTarget` and
 * `restoreTarget` below.
 */
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { whyAlone } from '../plan/process-choice.ts';
import { serviceUnits } from '../services/index.ts';
import { assembleTarget } from './assembly.ts';
import { dialectNamed, resolveForeign, restoreForeign } from './foreign.ts';
import { resolveModule } from './module.ts';
import { type PlannedProfile, readPlannedProfile } from './planned-profile.ts';
import {
  REFERENCE_DEFAULTS,
  type ReferenceChoice,
  referenceCommand,
  referenceFacts,
  referenceProfile,
  referenceProgram,
  referenceTools,
} from './reference.ts';
import type { Probe, ProbeModule, ResolvedTarget, ServiceUrls, TargetOptions } from './target.ts';
import { transportNamed } from './transport-name.ts';

export type {
  ModuleProbeRequest,
  Probe,
  ProbedModule,
  ProbeModule,
  ProbeRequest,
  ResolvedTarget,
  TargetOptions,
} from './target.ts';

/** How a server that is not known is asked what it is. */
export interface TargetProbes {
  readonly probe: Probe;
  /** Left out: virtual time, which modules need, is not there. */
  readonly probeModule?: ProbeModule;
}

/**
 * The system under test that the options name: a server of one's own (`server`, `url`, `profile`), which is started once to
 * see what it speaks and offers, else the reference server. Without `probeModule` a module cannot be: that is real time.
 * Throws a UsageError for everything that cannot be.
 */
export async function resolveTarget(
  options: TargetOptions,
  { probe, probeModule }: TargetProbes,
): Promise<ResolvedTarget> {
  if (options.module !== undefined) return resolveModule({ ...options, module: options.module }, probeModule);
  if (options.asReference) return withProcesses(resolveLookalike(options), options);
  const isForeign = [options.server, options.url, options.profile].some((given) => given !== undefined);
  return isForeign ? withProcesses(await resolveForeign(options, probe), options) : resolveReference(options);
}

/** The target of a saved plan, ready to run again. */
export function restoreTarget(planned: PlannedTarget): ResolvedTarget {
  const saved = readPlannedProfile(planned);
  if (planned.kind === 'reference') {
    const { dialect, transport } = planned;
    const { store, queue } = { ...REFERENCE_DEFAULTS, ...present({ store: planned.store, queue: planned.queue }) };
    return assembleReference({ dialect, transport, store, queue }, planned, { serviceUrls: givenAgain(planned) });
  }
  if (saved.imitates === 'reference') {
    return assembleTarget(planned, saved, referenceTools(planned.dialect), givenAgain(planned));
  }
  return restoreForeign(planned, saved);
}

function resolveReference(options: TargetOptions): ResolvedTarget {
  if (options.tool !== undefined || options.arguments !== undefined) {
    throw new UsageError(
      '--tool and --arguments name the work tool of a server of your own; give --server or --url too.',
    );
  }
  return withProcesses(assembleReference(choiceOf(options), null, options), options);
}

function choiceOf(options: TargetOptions): ReferenceChoice {
  return {
    dialect: dialectNamed(
      options.dialect === undefined || options.dialect === 'auto' ? REFERENCE_DEFAULTS.dialect : options.dialect,
    ),
    transport: transportNamed(options.transport ?? REFERENCE_DEFAULTS.transport),
    store: options.store ?? REFERENCE_DEFAULTS.store,
    queue: options.queue ?? REFERENCE_DEFAULTS.queue,
  };
}

/** The program's path is this machine's, also when the plan was made on another; the plan keeps its own words. */
function assembleReference(
  choice: ReferenceChoice,
  restored: PlannedTarget | null,
  { services, serviceUrls }: Pick<TargetOptions, 'services' | 'serviceUrls'>,
): ResolvedTarget {
  if (referenceProgram() === null) {
    throw new UsageError('The reference server is not built; run `npm run build` in the folder of this package.');
  }
  const { dialect, transport, store, queue } = choice;
  const profile = referenceProfile(referenceCommand(choice), dialect, transport);
  const saved: PlannedProfile = { baseDirectory: process.cwd(), imitates: 'reference', profile };
  const planned = restored ?? {
    kind: 'reference',
    dialect,
    transport,
    store,
    queue,
    profile: saved,
    facts: referenceFacts(dialect, transport),
    ...(services ? { services } : {}),
  };
  return assembleTarget(planned, saved, referenceTools(dialect), serviceUrls);
}

/** What the command line asks for goes over what a scenario wants. */
function withProcesses(target: ResolvedTarget, { replicas, workers }: TargetOptions): ResolvedTarget {
  if (replicas === undefined && workers === undefined) return target;
  const processes = { servers: replicas ?? 1, workers: workers ?? 0 };
  const why = processes.servers + processes.workers === 1 ? null : whyAlone(target.planned, 'real');
  if (why !== null) throw new UsageError(`--replicas and --workers ask for several processes, and ${why}.`);
  if (processes.workers > 0 && target.planned.facts.replicas !== 'roles') {
    throw new UsageError('--workers: only the reference server has processes that run work and nothing else.');
  }
  return { ...target, planned: { ...target.planned, processes } };
}

/** Another program with the reference server's tools: a broken server on purpose, or one built on the library. */
function resolveLookalike(options: TargetOptions): ResolvedTarget {
  if (options.server === undefined) throw new UsageError('a server like the reference needs a command');
  const { dialect, transport } = choiceOf(options);
  const profile = referenceProfile(options.server, dialect, transport, options.url);
  const saved: PlannedProfile = { baseDirectory: process.cwd(), imitates: 'reference', profile };
  const facts = referenceFacts(dialect, transport);
  const planned: PlannedTarget = {
    kind: 'command',
    dialect,
    transport,
    store: options.store ?? null,
    queue: options.queue ?? null,
    profile: saved,
    facts,
    ...(options.services ? { services: options.services } : {}),
  };
  return assembleTarget(planned, saved, referenceTools(dialect), options.serviceUrls);
}

/** Passwords are in no plan: a user's own engine is named again by the variable that servers read. */
function givenAgain({ services = [] }: PlannedTarget): ServiceUrls {
  const given = services.filter((service) => service.given !== null);
  return Object.fromEntries(
    given.map(({ id, given: shown }) => {
      const { variable } = serviceUnits[id].meta;
      const url = process.env[variable];
      if (url !== undefined && url !== '') return [id, url];
      throw new UsageError(`The saved run used the engine at ${shown}; set ${variable} to its whole URL.`);
    }),
  );
}

function present(values: { readonly store: string | null; readonly queue: string | null }): {
  readonly store?: string;
  readonly queue?: string;
} {
  return {
    ...(values.store === null ? {} : { store: values.store }),
    ...(values.queue === null ? {} : { queue: values.queue }),
  };
}
