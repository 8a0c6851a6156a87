import type { TransportId } from '../model/operation.ts';
import type { PlannedTarget, ServerSettings } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { probeForeign, readForeign, requestFor } from './foreign.ts';
import { resolveTarget, type TargetProbes } from './index.ts';
import { askModule, exportedProfile } from './module.ts';
import type { Profile } from './profile-schema.ts';
import { unmetRequirement } from './requirement.ts';
import type { LaunchRecipe, Probed, ProbeRequest, TargetOptions } from './target.ts';

/** A server that was looked at: what it is, what it offers, and what its profile says of its tools. */
export interface Survey extends Probed {
  readonly kind: PlannedTarget['kind'];
  readonly transport: TransportId;
  readonly profile: Profile;
}

/**
 * Starts the server that the options name, asks it what it is and ends it. Unlike `resolveTarget` it needs no tool that does the
 * work. `settings` are those of the reference server. Throws a UsageError for everything that cannot be.
 */
export async function surveyTarget(
  options: TargetOptions,
  { probe, probeModule }: TargetProbes,
  settings: ServerSettings = {},
): Promise<Survey> {
  if (options.module !== undefined) {
    const { given, probed } = await askModule({ ...options, module: options.module }, probeModule);
    const read = given ?? exportedProfile(probed.profile, options.module);
    return { ...probed, kind: 'module', profile: read?.profile ?? {} };
  }
  if ([options.server, options.url, options.profile].some((given) => given !== undefined)) {
    const saved = readForeign(options);
    const unmet = unmetRequirement(saved.profile);
    if (unmet !== null) throw new UsageError(`The server cannot be asked here: ${unmet}.`);
    const { target } = saved.profile;
    const described = {
      kind: target?.command === undefined ? 'url' : 'command',
      transport: target?.url === undefined ? 'stdio' : 'http',
    } as const;
    return { ...(await probeForeign(saved, probe)), ...described, profile: saved.profile };
  }
  const { planned, launch, headersFor } = await resolveTarget(options, { probe });
  if (launch === null) throw new Error('expected a way to start the reference server, got none');
  const set: LaunchRecipe = { ...launch, instantiate: (place) => launch.instantiate({ ...place, settings }) };
  const { dialect, transport } = planned;
  const probed = await probe({ launch: set, url: null, headers: headersFor(1), dialect });
  return { ...probed, kind: 'reference', transport, profile: {} };
}

/** How a server of somebody's own is started or reached, and the section `target` of its profile. Throws a UsageError. */
export function foreignRequest(
  options: Pick<TargetOptions, 'server' | 'url' | 'dialect'>,
  env: Readonly<Record<string, string>>,
): {
  readonly request: ProbeRequest;
  readonly target: NonNullable<Profile['target']>;
} {
  const read = readForeign(options);
  const target = { ...read.profile.target, ...(Object.keys(env).length === 0 ? {} : { env }) };
  return { request: requestFor({ ...read, profile: { ...read.profile, target } }), target };
}
