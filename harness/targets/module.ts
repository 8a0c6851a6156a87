import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { DialectId } from '../model/operation.ts';
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { isObject } from '../wire/json-rpc.ts';
import { assembleTarget, headersFor } from './assembly.ts';
import { factsOf, usesSink } from './facts.ts';
import { chosenDialect, completed, dialectNamed, withDialect } from './foreign.ts';
import type { PlannedProfile } from './planned-profile.ts';
import { parseProfile, type ReadProfile, readProfile } from './profile-file.ts';
import type { Profile } from './profile-schema.ts';
import { referenceFacts, referenceProfile, referenceTools } from './reference.ts';
import type { Described, ModuleChoice, ProbedModule, ProbeModule, ResolvedTarget, TargetOptions } from './target.ts';
import { transportNamed } from './transport-name.ts';
import { toolsOf } from './wire-target.ts';
import { checkArguments } from './work-tool.ts';

export type ModuleOptions = TargetOptions & { readonly module: string };

/**
 * Somebody's code in virtual time: a file that exports `createServer(context)`. What it is and what its work tool is comes
 * from `--profile`, else from what it exports as `profile`, else from `--tool`, else from a tool with a name we know.
 */
export async function resolveModule(options: ModuleOptions, probe: ProbeModule | undefined): Promise<ResolvedTarget> {
  const { given, choice, probed } = await askModule(options, probe);
  const described = { kind: 'module', transport: probed.transport, store: null, queue: null } as const;
  if (isLikeReference(probed, options.module)) return assembleLookalike(options, choice, probed);
  refuseStore(options);
  const read = given ?? exportedProfile(probed.profile, options.module);
  const where = options.profile ?? (read === null ? 'the profile' : `the profile of ${options.module}`);
  const wanted = withDialect(read?.profile ?? {}, options);
  const dialect = chosenDialect(wanted) ?? probed.dialect;
  const profile = completed(wanted, { ...probed, dialect }, options, where);
  return assembleModule({ ...described, dialect }, savedAs(choice, { profile, baseDirectory: given?.baseDirectory }));
}

interface AskedModule {
  /** What `--profile` says; null: there is none. */
  readonly given: ReadProfile | null;
  readonly choice: ModuleChoice;
  readonly probed: ProbedModule;
}

/** What the module's server says of itself. Throws a UsageError. */
export async function askModule(options: ModuleOptions, probe: ProbeModule | undefined): Promise<AskedModule> {
  if (probe === undefined) {
    throw new UsageError(
      `--module runs in virtual time: claimcheck simulate --module ${options.module}. For real time start it as a process: --server "node …".`,
    );
  }
  refuseProcessOptions(options);
  checkArguments(options);
  const given = options.profile === undefined ? null : withoutProcess(readProfile(options.profile), options.profile);
  const choice = moduleNamed(options);
  const transport = options.transport === undefined ? null : transportNamed(options.transport);
  const asked = given && withDialect(given.profile, options);
  const probed = await probe({
    module: choice,
    dialect: asked ? chosenDialect(asked) : dialectOf(options),
    transport,
    headers: headersFor(given?.profile ?? {}, 1),
  });
  return { given, choice, probed };
}

/** A module that offers the reference server's tools says so: `export const imitates = 'reference'`. */
function assembleLookalike(options: ModuleOptions, choice: ModuleChoice, probed: ProbedModule): ResolvedTarget {
  if (options.profile !== undefined || options.tool !== undefined) {
    const name = options.profile === undefined ? '--tool' : '--profile';
    throw new UsageError(`${options.module} has the reference server's tools, which are known; leave ${name} out.`);
  }
  const { transport } = probed;
  const dialect = choice.options.dialect === undefined ? probed.dialect : dialectNamed(choice.options.dialect);
  const store = choice.options.store ?? null;
  const { target: _, ...profile } = referenceProfile('', dialect, transport);
  const saved: PlannedProfile = {
    ...savedAs({ ...choice, options: { ...choice.options, dialect } }, { profile }),
    imitates: 'reference',
  };
  const facts = referenceFacts(dialect, transport);
  const planned: PlannedTarget = { kind: 'module', dialect, transport, store, queue: null, profile: saved, facts };
  return assembleTarget(planned, saved, referenceTools(dialect));
}

function assembleModule(described: Described, saved: PlannedProfile): ResolvedTarget {
  refuseOutside(saved.profile);
  const tools = toolsOf(saved.profile);
  const facts = factsOf(saved.profile, described, tools);
  return assembleTarget({ ...described, profile: saved, facts }, saved, tools);
}

/** In virtual time nothing comes from outside: not a request, and not what a command prints. */
function refuseOutside(profile: Profile): void {
  const { stream, snapshot } = profile.effects ?? {};
  const found = usesSink(profile)
    ? '{{sink}} is an address'
    : stream !== undefined || snapshot !== undefined
      ? 'effects.stream and effects.snapshot are commands'
      : null;
  if (found === null) return;
  throw new UsageError(`${found}, and a module runs in virtual time; it tells its effects to context.ledger.`);
}

/** The path as the plan keeps it: from the folder of the profile, else from where the user is. */
function savedAs(
  { path, options }: ModuleChoice,
  {
    profile,
    baseDirectory = process.cwd(),
  }: { readonly profile: Profile; readonly baseDirectory?: string | undefined },
): PlannedProfile {
  return { baseDirectory, imitates: null, module: { path: relative(baseDirectory, path), options }, profile };
}

/** `FILE?name=value&…`; what is asked of a reference server goes with its options. */
function moduleNamed({ module, dialect, store }: ModuleOptions): ModuleChoice {
  const mark = module.indexOf('?');
  const path = resolve(mark === -1 ? module : module.slice(0, mark));
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`--module: there is no file ${path}.`);
  const options = Object.fromEntries(new URLSearchParams(mark === -1 ? '' : module.slice(mark + 1)));
  const isChosen = dialect !== undefined && dialect !== 'auto';
  return { path, options: { ...options, ...(isChosen ? { dialect } : {}), ...(store === undefined ? {} : { store }) } };
}

function dialectOf({ dialect }: TargetOptions): DialectId | null {
  return dialect === undefined || dialect === 'auto' ? null : dialectNamed(dialect);
}

function isLikeReference({ imitates }: ProbedModule, module: string): boolean {
  if (imitates === undefined) return false;
  if (imitates === 'reference') return true;
  throw new UsageError(`${module} exports imitates = ${JSON.stringify(imitates)}; expected 'reference'.`);
}

export function exportedProfile(exported: unknown, module: string): { readonly profile: Profile } | null {
  if (exported === undefined) return null;
  const name = `${module}, export const profile`;
  if (isObject(exported) && 'target' in exported) {
    throw new UsageError(`${name}: a module is no process; leave out 'target'.`);
  }
  return { profile: parseProfile(JSON.stringify(exported), name) };
}

/** The same profile may start a process in real time; of that only the headers have a meaning here. */
function withoutProcess({ profile, baseDirectory }: ReadProfile, path: string): ReadProfile {
  const { target, ...rest } = profile;
  const { headers, principals } = target ?? {};
  if (target?.processes === 'per-agent') {
    throw new UsageError(`${path}: target.processes: per-agent: a module runs in one process.`);
  }
  return {
    baseDirectory,
    profile: headers === undefined && principals === undefined ? rest : { ...rest, target: { headers, principals } },
  };
}

function refuseProcessOptions(options: ModuleOptions): void {
  for (const name of ['server', 'url'] as const) {
    if (options[name] !== undefined) throw new UsageError(`--module and --${name} are two servers; leave one out.`);
  }
  if (options.queue !== undefined) {
    throw new UsageError('--queue chooses a part of the reference server; leave it out with a module.');
  }
  if ((options.replicas ?? 1) !== 1)
    throw new UsageError(`--replicas ${options.replicas}: a module runs in one process.`);
  if ((options.workers ?? 0) !== 0) throw new UsageError(`--workers ${options.workers}: a module runs in one process.`);
}

function refuseStore(options: ModuleOptions): void {
  if (options.store === undefined) return;
  throw new UsageError(`--store chooses a part of the reference server; ${options.module} does not say it is like it.`);
}
