import { UsageError } from '../model/usage-error.ts';
import { assembleForeign, completed, probeForeign, readForeign } from './foreign.ts';
import { resolveTarget } from './index.ts';
import { unmetRequirement } from './requirement.ts';
import type { Probe, Probed, ResolvedTarget, TargetOptions } from './target.ts';
import { findWorkTool } from './work-tool.ts';

/** A target and what it answered when it was looked at. */
export interface LookedAt {
  readonly target: ResolvedTarget;
  readonly probed: Probed;
}

/**
 * The target of a command that can do without a tool that does the work, and then sees less. The server is started once to be
 * asked what it speaks and offers. Throws a UsageError for everything that cannot be.
 */
export async function lookAtTarget(options: TargetOptions, probe: Probe): Promise<LookedAt> {
  const isForeign = [options.server, options.url, options.profile].some((given) => given !== undefined);
  if (!isForeign || options.asReference) {
    const target = await resolveTarget(options, { probe });
    const { dialect } = target.planned;
    return {
      target,
      probed: await probe({ launch: target.launch, url: target.url, headers: target.headersFor(1), dialect }),
    };
  }
  const saved = readForeign(options);
  const unmet = unmetRequirement(saved.profile);
  if (unmet !== null) throw new UsageError(`The server cannot be asked here: ${unmet}.`);
  const probed = await probeForeign(saved, probe);
  const { profile } = saved;
  const isComplete = profile.tools?.work !== undefined || profile.handle !== undefined || hasWorkTool(probed, options);
  const whole = isComplete ? completed(profile, probed, options) : { ...profile, dialect: probed.dialect };
  return { target: assembleForeign({ ...saved, profile: whole }, probed.dialect), probed };
}

/** A tool that the options or its name say does the work. A name that the server does not know is bad usage, as everywhere. */
function hasWorkTool(probed: Probed, options: TargetOptions): boolean {
  if (options.tool !== undefined) return Object.keys(findWorkTool(probed, options)).length > 0;
  return probed.tools.has('effect') || probed.tools.has('slow_compute');
}
