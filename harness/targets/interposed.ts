import type { DialectId, TransportId } from '../model/operation.ts';
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { assembleTarget } from './assembly.ts';
import { factsOf } from './facts.ts';
import { chosenDialect, dialectOption, withDialect } from './foreign.ts';
import type { PlannedProfile } from './planned-profile.ts';
import { readProfile } from './profile-file.ts';
import type { Profile } from './profile-schema.ts';
import { referenceProfile, referenceTools } from './reference.ts';
import type { Described, ResolvedTarget } from './target.ts';
import { toolsOf } from './wire-target.ts';

/** A server behind a client that is not ours. Nobody asks it anything before that client does. */
export interface InterposedOptions {
  /** The program and its arguments; empty: the profile names it, or the server is already running. */
  readonly command: readonly string[];
  readonly url?: string;
  readonly profile?: string;
  readonly dialect?: string;
  /** It has the tools of the reference server, so its built-in profile describes it. */
  readonly asReference?: boolean;
  /** How long the work takes that the client asks for. */
  readonly takesMs: number;
}

/** What most clients with tasks speak, where nobody says. It shapes the plan; what is judged is what was spoken. */
const DIALECT_UNSAID: DialectId = 'tasks-2026-07-28';

/**
 * The server that the options name. What it inherits is the whole environment: a client gives its server variables, and we stand
 * in its place. Throws a UsageError.
 */
export function resolveInterposed(options: InterposedOptions): ResolvedTarget {
  const saved = savedProfile(options);
  const { profile } = saved;
  const { target } = profile;
  if (target?.command === undefined && target?.url === undefined) {
    throw new UsageError('Say which server is behind: claimcheck interpose -- COMMAND, --url URL, or both.');
  }
  const described: Described = {
    kind: target.command === undefined ? 'url' : 'command',
    dialect: chosenDialect(profile) ?? DIALECT_UNSAID,
    transport: target.url === undefined ? 'stdio' : 'http',
    store: null,
    queue: null,
  };
  const tools = options.asReference === true ? referenceTools(described.dialect) : toolsOf(profile);
  const facts = {
    ...factsOf(profile, described, tools),
    // The client decides what it asks for and who it is; keys are known when it has sent one.
    ...{ key: false, variesDuration: false, takesMs: options.takesMs, principals: false, scope: null },
    ...{ cancel: described.dialect !== 'blocking', failing: false, asking: false, tools: ['work'] },
  };
  const planned: PlannedTarget = { ...described, profile: saved, facts };
  return withEnvironment(assembleTarget(planned, saved, tools));
}

function savedProfile(options: InterposedOptions): PlannedProfile {
  const { command, url, asReference = false } = options;
  if (asReference && options.profile !== undefined) {
    throw new UsageError('--as-reference and --profile both describe the server; leave one out.');
  }
  if (asReference && command.length === 0)
    throw new UsageError('--as-reference needs a command that starts the server.');
  const transport: TransportId = url === undefined ? 'stdio' : 'http';
  const line = command.map(shellWord).join(' ');
  if (asReference) {
    const dialect = options.dialect === undefined ? 'auto' : dialectOption(options.dialect);
    const known = dialect === 'auto' ? DIALECT_UNSAID : dialect;
    const profile = referenceProfile(line, known, transport, url);
    return { baseDirectory: process.cwd(), imitates: null, profile };
  }
  const read =
    options.profile === undefined ? { profile: {}, baseDirectory: process.cwd() } : readProfile(options.profile);
  const given: Profile = withDialect(read.profile, options);
  const target = {
    ...given.target,
    ...(line === '' ? {} : { command: line }),
    ...(url === undefined ? {} : { url }),
  };
  return { baseDirectory: read.baseDirectory, imitates: null, profile: { ...given, target } };
}

function withEnvironment(target: ResolvedTarget): ResolvedTarget {
  const { launch } = target;
  if (launch === null) return target;
  return {
    ...target,
    launch: {
      ...launch,
      instantiate(place) {
        const launched = launch.instantiate(place);
        const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
        return { ...launched, env: { ...Object.fromEntries(own), ...launched.env } };
      },
    },
  };
}

/** One word of a command line, as `splitCommandLine` reads it back. Placeholders stay what they are. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
