import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../model/usage-error.ts';
import type { Doorway } from './doorway.ts';
import { stderrTail } from './stderr-tail.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import type { TestBedOptions } from './test-bed.ts';

// A `prepare` command may build or migrate something, but it must end.
const PREPARE_MS_MAX = 120_000;

export interface Launched {
  /** Where the server listens; null: stdio. */
  readonly url: string | null;
  /** null: the server is not ours to start. */
  readonly supervise: ((greet: Doorway['greet']) => Supervisor) | null;
}

/** Fills the launch recipe with this run's folder and port, and prepares the folder. Throws a UsageError when that fails. */
export async function launchServer(options: TestBedOptions & { readonly drain: () => void }): Promise<Launched> {
  const { target, directory } = options;
  const { launch } = target;
  if (launch === null) return { url: target.url, supervise: null };
  const dir = join(options.scratch, 'data');
  mkdirSync(dir, { recursive: true });
  const place = launch.instantiate({ dir, port: await freePort() });
  if (place.prepare !== null) {
    const result = await execa(place.prepare, {
      shell: true,
      cwd: dir,
      env: place.env,
      timeout: PREPARE_MS_MAX,
      reject: false,
    });
    if (result.failed) {
      throw new UsageError(
        `target.prepare failed (${result.shortMessage ?? 'no reason given'}): ${String(result.stderr ?? '').slice(-500)}`,
      );
    }
  }
  const env = { ...place.env, CLAIMCHECK_LEDGER: directory.ledger };
  return {
    url: place.url,
    supervise: (greet) =>
      createSupervisor({
        launch: { file: place.file, args: place.args, cwd: place.cwd, env },
        kill: launch.kill,
        stopSignal: launch.stop.signal,
        speaksOnPipes: options.plan.target.transport === 'stdio',
        readyMs: launch.readyMs,
        stderrPath: directory.stderr,
        clock: options.clock,
        recorder: options.recorder,
        guardian: options.guardian,
        drain: options.drain,
        signal: options.signal,
        async greet(boot, server, withinMs) {
          try {
            await greet(boot, server, withinMs);
          } catch (error) {
            if (options.signal.aborted) throw error;
            throw new UsageError(
              story({ error, server, path: directory.stderr(boot), command: [place.file, ...place.args], withinMs }),
            );
          }
        },
      }),
  };
}

/** What happened, with which command, what it said last. */
function story(input: {
  readonly error: unknown;
  readonly server: { exit(): { code: number | null; signal: string | null } | null };
  readonly path: string;
  readonly command: readonly string[];
  readonly withinMs: number;
}): string {
  const exit = input.server.exit();
  const why = input.error instanceof Error ? input.error.message : String(input.error);
  const what =
    exit === null
      ? `did not answer initialize or server/discover within ${input.withinMs} ms (${why})`
      : `ended before it answered, with ${exit.signal ?? `exit code ${exit.code}`}`;
  const tail = stderrTail(input.path, 12);
  return `The server ${what}.\n  command: ${input.command.join(' ')}\n${tail === '' ? '  It wrote nothing to stderr.' : `  Its stderr ends:\n${tail}`}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
