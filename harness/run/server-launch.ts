import type { Doorway } from './doorway.ts';
import { bootFailure, prepareServer, spawnFailure } from './server-place.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import type { TestBedOptions } from './test-bed.ts';

export interface Launched {
  /** Where the server listens; null: stdio. */
  readonly url: string | null;
  /** null: the server is not ours to start. */
  readonly supervise: ((greet: Doorway['greet']) => Supervisor) | null;
}

/** Fills the launch recipe with this run's folder and port. Throws a UsageError when the folder cannot be prepared. */
export async function launchServer(options: TestBedOptions & { readonly drain: () => void }): Promise<Launched> {
  const { target, directory, signal } = options;
  const recipe = target.launch;
  if (recipe === null) return { url: target.url, supervise: null };
  const { launch, url } = await prepareServer({ recipe, scratch: options.scratch });
  return {
    url,
    supervise: (greet) =>
      createSupervisor({
        launch,
        kill: recipe.kill,
        stopSignal: recipe.stop.signal,
        speaksOnPipes: options.plan.target.transport === 'stdio',
        readyMs: recipe.readyMs,
        stderrPath: directory.stderr,
        clock: options.clock,
        recorder: options.recorder,
        guardian: options.guardian,
        drain: options.drain,
        signal,
        spawnFailure: (error) => spawnFailure(error, launch),
        async greet(boot, server, withinMs) {
          try {
            await greet(boot, server, withinMs);
          } catch (error) {
            if (signal.aborted) throw error;
            throw bootFailure({ error, server, stderrPath: directory.stderr(boot), launch, withinMs });
          }
        },
      }),
  };
}
