import { DIALECT_IDS, type DialectId } from '../model/operation.ts';
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { assembleTarget, headersFor } from './assembly.ts';
import { factsOf } from './facts.ts';
import { createLaunchRecipe } from './launch-recipe.ts';
import type { PlannedProfile } from './planned-profile.ts';
import { readProfile } from './profile-file.ts';
import type { Profile } from './profile-schema.ts';
import { unmetRequirement } from './requirement.ts';
import type { Described, Probe, Probed, ProbeRequest, ResolvedTarget, TargetOptions } from './target.ts';
import { toolsOf } from './wire-target.ts';
import { checkArguments, checkToolNames, findWorkTool } from './work-tool.ts';

/** A server nobody here wrote: started by a command, or already running at a URL. */
export async function resolveForeign(options: TargetOptions, probe: Probe): Promise<ResolvedTarget> {
  const saved = readForeign(options);
  const { profile } = saved;
  // A server that cannot run here is not asked: the verdict says why, whatever its dialect.
  const probed = unmetRequirement(profile) === null ? await probeForeign(saved, probe) : null;
  const complete = probed ? completed(profile, probed, options) : profile;
  return assembleForeign({ ...saved, profile: complete }, probed?.dialect ?? chosenDialect(profile) ?? 'blocking');
}

/** What the options and their profile say of it, before it is asked. Throws a UsageError. */
export function readForeign(options: TargetOptions): PlannedProfile {
  refuseReferenceOptions(options);
  checkArguments(options);
  const read =
    options.profile === undefined ? { profile: {}, baseDirectory: process.cwd() } : readProfile(options.profile);
  const profile = withOptions(read.profile, options);
  const { target } = profile;
  if (target?.command === undefined && target?.url === undefined) {
    throw new UsageError(
      `${options.profile ?? 'The target'} names no server; expected target.command or target.url in it, or --server or --url.`,
    );
  }
  refuseBadUrl(target.url, options);
  return { baseDirectory: read.baseDirectory, imitates: null, profile };
}

/** The same target again, from its plan. */
export function restoreForeign(planned: PlannedTarget, saved: PlannedProfile): ResolvedTarget {
  return assembleTarget(planned, saved, toolsOf(saved.profile));
}

export function assembleForeign(saved: PlannedProfile, dialect: DialectId): ResolvedTarget {
  const { target } = saved.profile;
  const described: Described = {
    kind: target?.command === undefined ? 'url' : 'command',
    dialect,
    transport: target?.url === undefined ? 'stdio' : 'http',
    store: null,
    queue: null,
  };
  const tools = toolsOf(saved.profile);
  const planned = { ...described, profile: saved, facts: factsOf(saved.profile, described, tools) };
  return assembleTarget(planned, saved, tools);
}

/** Starts it once, or reaches it where it runs, to see what it speaks and offers. */
export async function probeForeign(saved: PlannedProfile, probe: Probe): Promise<Probed> {
  return probe(requestFor(saved));
}

/** How it is started or reached for a first look. */
export function requestFor(saved: PlannedProfile): ProbeRequest {
  const { profile, baseDirectory } = saved;
  const launch = createLaunchRecipe(profile, baseDirectory);
  const { url } = assembleForeign(saved, 'blocking');
  return {
    launch,
    url,
    headers: profile.target?.url === undefined ? {} : headersFor(profile, 1),
    dialect: chosenDialect(profile),
  };
}

/** The profile with the answers of the server: its work tool where the profile names none. */
export function completed(
  profile: Profile,
  probed: Probed,
  options: TargetOptions,
  where = options.profile ?? 'the profile',
): Profile {
  checkToolNames(profile, probed.tools, where);
  if (profile.tools?.work || profile.handle) {
    if (options.tool === undefined) return { ...profile, dialect: probed.dialect };
    throw new UsageError(`${where} names the work tool already; leave --tool out, or take it out of the profile.`);
  }
  const found = findWorkTool(probed, options);
  return {
    ...profile,
    dialect: probed.dialect,
    tools: { ...profile.tools, ...found.tools },
    ...(profile.effects === undefined && found.effects ? { effects: found.effects } : {}),
  };
}

/** Options of the command line go over the profile. */
function withOptions(profile: Profile, options: TargetOptions): Profile {
  const { server, url } = options;
  return {
    ...withDialect(profile, options),
    target: {
      ...profile.target,
      ...(server === undefined ? {} : { command: server }),
      ...(url === undefined ? {} : { url }),
    },
  };
}

/** `--dialect` goes over what the profile says. */
export function withDialect(profile: Profile, { dialect: name }: TargetOptions): Profile {
  const dialect = name === undefined ? profile.dialect : dialectOption(name);
  if (dialect === 'handle' && profile.handle === undefined) {
    throw new UsageError(
      "--dialect handle needs a profile with the section 'handle', which says how its tools are used.",
    );
  }
  return { ...profile, ...(dialect === undefined ? {} : { dialect }) };
}

/** Found before the server is started. A placeholder stands for anything that may stand there. */
function refuseBadUrl(url: string | undefined, options: TargetOptions): void {
  if (url === undefined || url.startsWith('{{')) return;
  const filled = url.replaceAll(/\{\{[^}]*\}\}/g, '1');
  const protocol = URL.canParse(filled) ? new URL(filled).protocol : null;
  if (protocol === 'http:' || protocol === 'https:') return;
  const where = options.url === undefined ? `target.url in ${options.profile}` : '--url';
  throw new UsageError(`${where}: expected a URL such as http://127.0.0.1:{{port}}/mcp; got ${url}`);
}

export function dialectOption(name: string): DialectId | 'auto' {
  return name === 'auto' ? name : dialectNamed(name);
}

export function dialectNamed(name: string): DialectId {
  const found = DIALECT_IDS.find((id) => id === name);
  if (found === undefined) throw unknownName('dialect', name, DIALECT_IDS);
  return found;
}

export function chosenDialect(profile: Profile): DialectId | null {
  return profile.dialect === undefined || profile.dialect === 'auto' ? null : profile.dialect;
}

function refuseReferenceOptions(options: TargetOptions): void {
  for (const name of ['store', 'queue', 'transport', 'workers'] as const) {
    if (options[name] !== undefined) {
      throw new UsageError(`--${name} chooses a part of the reference server; leave it out with a server of your own.`);
    }
  }
}
