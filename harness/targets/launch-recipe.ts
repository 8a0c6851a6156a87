import { resolve } from 'node:path';
import { fillText } from '../wire/placeholder.ts';
import { splitCommandLine } from './command-line.ts';
import { inheritedEnvironment } from './inherited-environment.ts';
import { fillRecord, placeLookup } from './lookup.ts';
import type { Profile } from './profile-schema.ts';
import type { LaunchRecipe } from './target.ts';

const READY_MS = 30_000; // A Node server with its dependencies answers within 2 s; where much else goes on it takes ten times as long.
const STOP_MS = 10_000; // What process managers commonly grant between SIGTERM and SIGKILL.

/** How the profile's command is started; null: it names none, so the server is already running. */
export function createLaunchRecipe(profile: Profile, baseDirectory: string): LaunchRecipe | null {
  const { target, state } = profile;
  if (target?.command === undefined) return null;
  const words = splitCommandLine(target.command);
  return {
    kill: target.kill ?? 'process',
    processes: target.processes ?? 'one',
    readyMs: target.ready?.within ?? READY_MS,
    stop: { signal: target.stop?.signal ?? 'SIGTERM', withinMs: target.stop?.within ?? STOP_MS },
    instantiate(place) {
      const lookup = placeLookup(place);
      const [file = '', ...args] = words.map((word) => fillText(word, lookup));
      const fill = (text: string | undefined) => (text === undefined ? null : fillText(text, lookup));
      const cwd = resolve(baseDirectory, fill(target.cwd) ?? '.');
      const wipe = fill(state?.wipe);
      return {
        file,
        args,
        env: { ...inheritedEnvironment(), ...fillRecord(target.env, lookup) },
        cwd,
        url: fill(target.url),
        prepare: wipe === null ? fill(target.prepare) : joinCommands({ wipe, cwd, prepare: fill(target.prepare) }),
      };
    },
  };
}

/** Old state lies where the server works, not in the fresh folder that `prepare` runs in. */
function joinCommands(commands: {
  readonly wipe: string;
  readonly cwd: string;
  readonly prepare: string | null;
}): string {
  const quotedCwd = `'${commands.cwd.replaceAll("'", `'\\''`)}'`;
  const wipe = `(cd ${quotedCwd} && ${commands.wipe})`;
  return commands.prepare === null ? wipe : `${wipe} && ${commands.prepare}`;
}
