import type { TargetFacts } from '../model/plan.ts';
import { fakeTimeLibrary } from '../services/fake-time.ts';
import { mayMount } from '../services/mount-right.ts';
import { placeholdersIn } from '../wire/placeholder.ts';
import type { WorkTool } from '../wire/wire-target.ts';
import type { Profile } from './profile-schema.ts';
import type { Described } from './target.ts';

/** Where the work's length can be asked for, `takes` says only what it is when nobody asks. */
const TAKES_MS_DEFAULT = 600;

/** What a foreign target can do, read from its profile: what the profile does not give is not there. */
export function factsOf(profile: Profile, described: Described, tools: ReadonlyMap<string, WorkTool>): TargetFacts {
  const work = tools.get('work');
  const { dialect } = described;
  const used = new Set(placeholdersIn(work?.arguments ?? {}).map(({ name }) => name));
  return {
    key: (work?.key ?? null) !== null || used.has('key'),
    variesDuration: used.has('ms'),
    takesMs: (profile.handle?.start ?? profile.tools?.work)?.takes ?? TAKES_MS_DEFAULT,
    process: described.kind !== 'url',
    ...identitiesOf(profile, described),
    scope: profile.state?.scope ?? null,
    effects: effectsOf(profile, described),
    delivery: profile.effects?.delivery ?? 'exactly-once',
    echo: profile.echo !== undefined,
    cancel: dialect === 'handle' ? profile.handle?.cancel !== undefined : dialect !== 'blocking',
    failing: tools.has('failing'),
    asking: tools.has('asking'),
    durable: profile.state?.durable ?? true,
    modes: [],
    ...(keepsInFolder(profile, described) && mayMount() ? { fillableDisk: true } : {}),
    ...(described.kind === 'command' && fakeTimeLibrary() !== null ? { movableClock: true } : {}),
    tools: [...tools.keys()].filter((name) => name !== 'failing' && name !== 'asking'),
    ...(listensAnywhere(profile, described) ? { replicas: 'alike' as const } : {}),
  };
}

/** With one fixed identity in the headers all agents are the same principal; over stdio they share one conversation. */
function identitiesOf(
  { target }: Profile,
  { transport }: Described,
): Pick<TargetFacts, 'principals' | 'principalCount'> {
  if (transport !== 'http') return { principals: false };
  const { principals } = target ?? {};
  if (principals === undefined) return { principals: !hasIdentity(target?.headers) };
  return { principals: principals.length > 1, principalCount: principals.length };
}

/** Each process needs a port of its own. */
function listensAnywhere({ target }: Profile, { kind }: Described): boolean {
  return kind === 'command' && placeholdersIn(target?.url ?? '').some(({ name }) => name === 'port');
}

/**
 * A server that somebody else started knows neither our ledger nor our folder; a file with a fixed name is left, or what comes to
 * us. What a command prints is heard a moment after it happened, so nothing can be said of its order.
 */
function effectsOf(profile: Profile, { kind }: Described): TargetFacts['effects'] {
  if (usesSink(profile)) return 'ordered';
  const { effects } = profile;
  if (effects === undefined) return 'none';
  if (effects.stream !== undefined || effects.snapshot !== undefined) return 'counts';
  if (kind !== 'url') return 'ordered';
  return effects.file !== undefined && !placeholdersIn(effects.file).some(({ name }) => name === 'dir')
    ? 'ordered'
    : 'none';
}

/** The harness itself does the work, or is told of it: what comes to it is there before any answer that depends on it. */
export function usesSink(profile: Profile): boolean {
  return placeholdersIn(profile).some(({ name }) => name === 'sink');
}

/** Where a server is told of the run's folder, its data is there. */
function keepsInFolder({ target }: Profile, { kind }: Described): boolean {
  return kind === 'command' && placeholdersIn({ ...target }).some(({ name }) => name === 'dir');
}

export function hasIdentity(headers: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization');
}
