import { VIRTUAL_DEFAULTS } from '../model/plan.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { createBoot } from './boot.ts';
import type { ServerCode } from './load-server.ts';
import type { Realm } from './realm.ts';
import type { ServerFace } from './server-face.ts';

/**
 * Starts and stops the server once before anything is recorded: what it loads when it starts (its registries, its drivers)
 * is loaded then, and no run has to wait for it in real time. Throws what its start throws.
 */
export async function warmUp(options: {
  readonly realm: Realm;
  readonly server: ServerCode;
  readonly target: ResolvedTarget;
  readonly scratch: string;
}): Promise<void> {
  const { server, target } = options;
  const world = options.realm.createWorld({ seed: 0, epochMs: VIRTUAL_DEFAULTS.epochMs });
  await world.run(
    () =>
      new Promise<void>((resolve, reject) => {
        const boot = createBoot({
          number: 1,
          world,
          draw: world.harness.draw.fork('warm-up'),
          onFailure: (_, error) => reject(error),
          onExit: (_, code) => reject(new Error(`the server ended with code ${code} while it was started`)),
        });
        const start = (): Promise<ServerFace> =>
          server.loaded.create(
            {
              directory: options.scratch,
              boot: 1,
              transport: target.planned.transport,
              ledger: { path: `${options.scratch}/ledger.jsonl`, begin: () => {}, commit: () => {} },
              disk: new Map(),
              storage: { before: async () => {}, after: async () => {} },
              options: server.options,
            },
            world,
          );
        world.schedule(boot, 0, () => {
          start()
            .then((face) => face.stop())
            .then(() => {
              world.schedule(world.harness, 0, () => {
                boot.end();
                resolve();
              });
            }, reject);
        });
      }),
  );
}
