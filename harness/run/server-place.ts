import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ServerSettings } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { stderrTail } from '../services/stderr-tail.ts';
import type { LaunchRecipe } from '../targets/target.ts';
import type { Guardian } from './guardian.ts';
import { requireFreePort } from './port-check.ts';
import { prepare } from './preparation.ts';
import type { Launch, ServerProcess } from './server-process.ts';

const STDERR_LINES = 12;
const QUOTE_CHARS_MAX = 100;
const EXIT_KNOWN_MS = 500;

/** A launch recipe with its folder and port filled in, and the folder prepared. */
export interface ServerPlace {
  readonly launch: Launch;
  /** Where it will listen; null: stdio. */
  readonly url: string | null;
}

/** Throws a UsageError when the profile's `prepare` fails, or the server's port is taken. */
export async function prepareServer(options: {
  readonly recipe: LaunchRecipe;
  readonly settings?: ServerSettings;
  readonly scratch: string;
  readonly guardian: Guardian;
  readonly signal: AbortSignal;
}): Promise<ServerPlace> {
  const dir = join(options.scratch, 'data');
  mkdirSync(dir, { recursive: true });
  const { settings = {} } = options;
  const place = options.recipe.instantiate({ dir, port: await freePort(), settings });
  const env = { ...place.env, CLAIMCHECK_LEDGER: ledgerFile(options.scratch) };
  const { guardian, signal } = options;
  if (place.prepare !== null) await prepare(place.prepare, { dir, env, guardian, signal });
  if (place.url !== null) await requireFreePort(place.url, signal);
  return { launch: { file: place.file, args: place.args, cwd: place.cwd, env }, url: place.url };
}

/** What CLAIMCHECK_LEDGER names: in the scratch folder, where a server may keep a lock beside it; the run keeps a copy. */
export function ledgerFile(scratch: string): string {
  return join(scratch, 'ledger.jsonl');
}

/** Why a boot that never answered is nobody's mystery: what happened, with which command, what it said last. */
export async function bootFailure(input: {
  readonly error: unknown;
  readonly server: Pick<ServerProcess, 'exit' | 'exited'> | null;
  readonly stderrPath: string;
  readonly launch: Launch;
  readonly withinMs: number;
  /** The first line of its stdout that was no message; null: there was none. */
  readonly garbage?: string | null;
}): Promise<UsageError> {
  // Its pipe closes a moment before its exit is known, and the exit is what explains it.
  const moment = AbortSignal.timeout(EXIT_KNOWN_MS);
  await Promise.race([input.server?.exited, once(moment, 'abort')]);
  const exit = input.server?.exit() ?? null;
  const why = input.error instanceof Error ? input.error.message : String(input.error);
  const what =
    exit === null
      ? `gave no good answer to initialize or server/discover within ${input.withinMs} ms (${why})`
      : `ended before it answered, with ${exit.signal ?? `exit code ${exit.code}`}`;
  const tail = stderrTail(input.stderrPath, STDERR_LINES);
  const printed = input.garbage ? `  On stdout it wrote what is no message: ${printable(input.garbage)}\n` : '';
  const said = tail === '' ? '  It wrote nothing to stderr.' : `  Its stderr ends:\n${tail}`;
  const command = [input.launch.file, ...input.launch.args].join(' ');
  return new UsageError(`The server ${what}.\n  command: ${command}\n${printed}${said}`, { cause: input.error });
}

/** A quote from a stranger: short, and without what would move the cursor of a terminal. */
function printable(text: string): string {
  return JSON.stringify(text.length > QUOTE_CHARS_MAX ? `${text.slice(0, QUOTE_CHARS_MAX)}…` : text);
}

/** A program that cannot even be started: no such file, no permission. */
export function spawnFailure(error: unknown, launch: Launch): UsageError {
  const why = error instanceof Error ? error.message : String(error);
  return new UsageError(
    `The server could not be started: ${why}.\n  command: ${[launch.file, ...launch.args].join(' ')}\n  in: ${launch.cwd}`,
    { cause: error },
  );
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
