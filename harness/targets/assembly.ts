import { resolve } from 'node:path';
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { fillText, type Lookup, placeholdersIn } from '../wire/placeholder.ts';
import type { WorkTool } from '../wire/wire-target.ts';
import { hasIdentity, usesSink } from './facts.ts';
import { inheritedEnvironment } from './inherited-environment.ts';
import { createLaunchRecipe } from './launch-recipe.ts';
import { fillRecord, placeLookup } from './lookup.ts';
import type { PlannedProfile } from './planned-profile.ts';
import type { Profile } from './profile-schema.ts';
import { partFlags, settingFlags } from './reference.ts';
import { unmetRequirement } from './requirement.ts';
import type { EffectsCommands, LaunchRecipe, Place, ResolvedTarget, ServiceUrls } from './target.ts';
import { createSpokenTarget } from './wire-target.ts';

/** Puts a target together from what stands in its plan; the same for a new run and for a replay. */
export function assembleTarget(
  planned: PlannedTarget,
  saved: PlannedProfile,
  tools: ReadonlyMap<string, WorkTool>,
  serviceUrls: ServiceUrls = {},
): ResolvedTarget {
  const { profile, baseDirectory } = saved;
  let place: Place | null = null;
  let sinkUrl: string | null = null;
  const around = () => ({ ...place, ...(sinkUrl === null ? {} : { sink: sinkUrl }) });
  const recipe = createLaunchRecipe(profile, baseDirectory);
  const launch: LaunchRecipe | null = recipe && {
    ...recipe,
    instantiate(chosen) {
      place = chosen;
      const launched = recipe.instantiate({ ...chosen, ...(sinkUrl === null ? {} : { sink: sinkUrl }) });
      if (saved.imitates !== 'reference') return launched;
      return { ...launched, args: [...launched.args, ...settingFlags(chosen.settings), ...partFlags(chosen.part)] };
    },
  };
  const { wireTarget, tokenOf, callsMax } = createSpokenTarget({
    profile,
    dialect: planned.dialect,
    tools,
    around,
  });
  const file = profile.effects?.file;
  return {
    planned,
    wireTarget,
    tokenOf,
    callsMax,
    serviceUrls,
    launch,
    module: saved.module ? { ...saved.module, path: resolve(baseDirectory, saved.module.path) } : null,
    unmet: unmetRequirement(profile),
    url: launch === null ? runningUrl(profile) : null,
    headersFor: (agent) => headersFor(profile, agent),
    sink: usesSink(profile)
      ? {
          takesMs: planned.facts.takesMs,
          listensAt: (url) => {
            sinkUrl = url;
          },
        }
      : null,
    effectsCommands: (dir) => effectsCommandsOf(profile, placeLookup({ ...around(), dir })),
    effectsFile: (dir) => (file === undefined ? null : fillText(file, placeLookup({ dir, port: place?.port ?? 0 }))),
  };
}

function effectsCommandsOf({ effects, target }: Profile, lookup: Lookup): EffectsCommands | null {
  const { stream, snapshot } = effects ?? {};
  if (stream === undefined && snapshot === undefined) return null;
  const fill = (command: string | undefined) => (command === undefined ? null : fillText(command, lookup));
  const env = { ...inheritedEnvironment(), ...fillRecord(target?.env, lookup) };
  return { stream: fill(stream), snapshot: fill(snapshot), env };
}

/** What goes with every request of an agent: each has an identity of its own, unless the profile gives them one. */
export function headersFor(profile: Profile, agent: number): Readonly<Record<string, string>> {
  const { headers: common, principals = [] } = profile.target ?? {};
  const own = principals[(agent - 1) % principals.length]?.headers;
  const headers = fillRecord({ ...common, ...own }, placeLookup(null));
  if (own !== undefined) return headers;
  return hasIdentity(headers) ? headers : { ...headers, Authorization: `Bearer claimcheck-agent-${agent}` };
}

function runningUrl(profile: Profile): string | null {
  const url = profile.target?.url;
  if (url === undefined) return null;
  const open = placeholdersIn(url).find(({ name }) => name === 'port' || name === 'dir');
  if (open) {
    throw new UsageError(`A server that is already running has a fixed URL; ${url} holds {{${open.name}}}.`);
  }
  return fillText(url, placeLookup(null));
}
