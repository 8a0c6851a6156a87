import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import type { ServerSettings } from '../model/plan.ts';
import { type Guardian, startGuardian } from '../run/guardian.ts';
import { prepareServer, type ServerPlace, spawnFailure } from '../run/server-place.ts';
import { type ServerProcess, startServerProcess } from '../run/server-process.ts';
import type { LaunchRecipe } from '../targets/target.ts';

/** Processes of one server in one place: all of them on the same state, none left when it is disposed. */
export interface ServerHost extends AsyncDisposable {
  /** Where it listens; null: stdio. */
  readonly url: string | null;
  /** Starts one more process. */
  start(): Promise<ServerProcess>;
  /** As a crash would. */
  kill(server: ServerProcess): Promise<void>;
  /** Asks it to end, and ends it when it does not. */
  stop(server: ServerProcess): Promise<void>;
  /** Why the last process ended, from its own words; empty: it said nothing. */
  readonly stderrPath: string;
}

export interface ServerHostOptions {
  readonly recipe: LaunchRecipe;
  /** What the reference server is set to; others read nothing of it. */
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export async function openServerHost({ recipe, settings, clock, signal }: ServerHostOptions): Promise<ServerHost> {
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-audit-'));
  const guardian = startGuardian(scratch);
  try {
    const place = await prepareServer({ recipe, settings, scratch, guardian, signal });
    return hostAt({ place, recipe, scratch, guardian, clock });
  } catch (error) {
    await guardian.close();
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

function hostAt(at: {
  readonly place: ServerPlace;
  readonly recipe: LaunchRecipe;
  readonly scratch: string;
  readonly guardian: Guardian;
  readonly clock: Clock;
}): ServerHost {
  const { place, recipe, scratch, guardian, clock } = at;
  const running = new Set<ServerProcess>();
  const stderrPath = join(scratch, 'stderr.log');
  const end = async (server: ServerProcess, first: NodeJS.Signals, withinMs: number) => {
    server.endInput();
    server.signal(first, recipe.kill === 'group' || first === 'SIGKILL' ? 'group' : 'process');
    const isEnded = new AbortController();
    const late = clock.sleep(withinMs, isEnded.signal).then(
      () => server.signal('SIGKILL', 'group'),
      // It ended in time.
      () => {},
    );
    await server.exited;
    isEnded.abort(new Error('it ended'));
    await late;
    // What it left behind in its group ends with it.
    server.signal('SIGKILL', 'group');
    guardian.remove(server.pid);
    running.delete(server);
  };
  return {
    url: place.url,
    stderrPath,
    async start() {
      const { launch, url } = place;
      const server = await startServerProcess({ launch, stderrPath, speaksOnPipes: url === null, guardian }).catch(
        (error: unknown) => {
          throw spawnFailure(error, launch);
        },
      );
      running.add(server);
      return server;
    },
    kill: (server) => end(server, 'SIGKILL', recipe.stop.withinMs),
    stop: (server) => end(server, recipe.stop.signal, recipe.stop.withinMs),
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((server) => end(server, recipe.stop.signal, recipe.stop.withinMs)));
      await guardian.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
