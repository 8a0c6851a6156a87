import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../model/usage-error.ts';
import type { LaunchedAt, LaunchRecipe } from '../targets/target.ts';
import type { Launch, ServerProcess } from './server-process.ts';
import { stderrTail } from './stderr-tail.ts';

// A `prepare` command may build or migrate something, but it must end.
const PREPARE_MS_MAX = 120_000;
const STDERR_LINES = 12;

/** A launch recipe with its folder and port filled in, and the folder prepared. */
export interface ServerPlace {
  readonly launch: Launch;
  /** Where it will listen; null: stdio. */
  readonly url: string | null;
}

/** Throws a UsageError when the profile's `prepare` fails. */
export async function prepareServer(options: {
  readonly recipe: LaunchRecipe;
  readonly scratch: string;
}): Promise<ServerPlace> {
  const dir = join(options.scratch, 'data');
  mkdirSync(dir, { recursive: true });
  const place = options.recipe.instantiate({ dir, port: await freePort() });
  const env = { ...place.env, CLAIMCHECK_LEDGER: ledgerFile(options.scratch) };
  if (place.prepare !== null) await prepare(place.prepare, { dir, place, env });
  return { launch: { file: place.file, args: place.args, cwd: place.cwd, env }, url: place.url };
}

/** What CLAIMCHECK_LEDGER names: in the scratch folder, where a server may keep a lock beside it; the run keeps a copy. */
export function ledgerFile(scratch: string): string {
  return join(scratch, 'ledger.jsonl');
}

/** Why a boot that never answered is nobody's mystery: what happened, with which command, what it said last. */
export function bootFailure(input: {
  readonly error: unknown;
  readonly server: Pick<ServerProcess, 'exit'> | null;
  readonly stderrPath: string;
  readonly launch: Launch;
  readonly withinMs: number;
}): UsageError {
  const exit = input.server?.exit() ?? null;
  const why = input.error instanceof Error ? input.error.message : String(input.error);
  const what =
    exit === null
      ? `did not answer initialize or server/discover within ${input.withinMs} ms (${why})`
      : `ended before it answered, with ${exit.signal ?? `exit code ${exit.code}`}`;
  const tail = stderrTail(input.stderrPath, STDERR_LINES);
  const said = tail === '' ? '  It wrote nothing to stderr.' : `  Its stderr ends:\n${tail}`;
  const command = [input.launch.file, ...input.launch.args].join(' ');
  return new UsageError(`The server ${what}.\n  command: ${command}\n${said}`, { cause: input.error });
}

/** A program that cannot even be started: no such file, no permission. */
export function spawnFailure(error: unknown, launch: Launch): UsageError {
  const why = error instanceof Error ? error.message : String(error);
  return new UsageError(
    `The server could not be started: ${why}.\n  command: ${[launch.file, ...launch.args].join(' ')}\n  in: ${launch.cwd}`,
    { cause: error },
  );
}

async function prepare(
  command: string,
  { dir, env }: { readonly dir: string; readonly place: LaunchedAt; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const result = await execa(command, {
    shell: true,
    cwd: dir,
    env,
    extendEnv: false,
    timeout: PREPARE_MS_MAX,
    reject: false,
    stdin: 'ignore',
  });
  if (!result.failed) return;
  const said = String(result.stderr ?? '').slice(-500);
  throw new UsageError(`target.prepare failed: ${result.shortMessage ?? command}\n${said}`);
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
