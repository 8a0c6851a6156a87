import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { StartHow } from '../model/fault.ts';
import type { ServerSettings } from '../model/plan.ts';
import { createRedaction, secretsIn, withoutCredentials } from '../model/redaction.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { stderrTail } from '../services/stderr-tail.ts';
import { inheritedEnvironment } from '../targets/inherited-environment.ts';
import type { LaunchRecipe, PlacePart } from '../targets/target.ts';
import type { Guardian } from './guardian.ts';
import { type MovableClock, openMovableClock } from './movable-clock.ts';
import { requireFreePort } from './port-check.ts';
import { prepare } from './preparation.ts';
import type { Launch, ServerProcess } from './server-process.ts';

/** A stack of Node is thirteen lines with what is around it, and what happened stands before it. */
const STDERR_LINES = 20;
const QUOTE_CHARS_MAX = 100;
const EXIT_KNOWN_MS = 500;

/** A launch recipe with its folder and port filled in, and the folder prepared. */
export interface ServerPlace {
  readonly launch: Launch;
  /** What `{{dir}}` stands for. */
  readonly dir: string;
  /** The same, started otherwise. */
  launchAs(how: StartHow): Launch;
  /** Where it will listen; null: stdio. */
  readonly url: string | null;
  /** The clock it is started with; null: that of the machine. */
  readonly clock: MovableClock | null;
}

export interface PlaceOptions {
  readonly recipe: LaunchRecipe;
  readonly settings?: ServerSettings;
  /** Which of several processes it is; absent: the only one. */
  readonly role?: PlacePart['role'];
  /** The plan sets its clock. */
  readonly isClockSet?: boolean;
  readonly scratch: string;
  readonly guardian: Guardian;
  readonly signal: AbortSignal;
}

/** Throws a UsageError when the profile's `prepare` fails, or the server's port is taken. */
export async function prepareServer(options: PlaceOptions): Promise<ServerPlace> {
  const place = await choosePlace(options);
  const { guardian, signal } = options;
  const { prepare: command, env } = place.launched;
  if (command !== null) await prepare(command, { dir: place.dir, env, guardian, signal });
  if (place.url !== null) await requireFreePort(place.url, signal);
  return place;
}

/** Another process beside one whose folder is prepared, on a port of its own. */
export function placeBeside(options: PlaceOptions): Promise<ServerPlace> {
  return choosePlace(options);
}

async function choosePlace({ recipe, scratch, settings = {}, role, isClockSet = false }: PlaceOptions) {
  const dir = join(scratch, 'data');
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const clock = isClockSet ? openMovableClock(join(scratch, `clock-${port}`)) : null;
  const at = ({ release = null, heapMb = null }: StartHow) => {
    const part = role === undefined && release === null ? {} : { part: { role: role ?? 'both', release } };
    const { env, ...rest } = recipe.instantiate({ dir, port, settings, ...part });
    const told = { ...env, ...clock?.env, ...heapLimit(env, heapMb), CLAIMCHECK_LEDGER: ledgerFile(scratch) };
    return { ...rest, env: told };
  };
  const launchAs = (how: StartHow): Launch => {
    const { file, args, cwd, env } = at(how);
    return { file, args, cwd, env };
  };
  const launched = at({});
  return { dir, launched, launch: launchAs({}), launchAs, url: launched.url, clock };
}

/** By the environment, so that it reaches a server whatever starts it; one that is no program of Node does not notice. */
function heapLimit(env: Launch['env'], heapMb: number | null): Launch['env'] {
  if (heapMb === null) return {};
  return { NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --max-old-space-size=${heapMb}`.trim() };
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
  const text = `The server ${what}.\n  command: ${command}\n${printed}${said}`;
  return new UsageError(withoutCredentials(unsecret(text, input.launch.env)), { cause: input.error });
}

/** What the server was given beside what every program has may be secret, and it may say so with its last words. */
function unsecret(text: string, env: Launch['env']): string {
  const given = Object.entries(env).filter(
    ([name]) => !(name in inheritedEnvironment()) && !name.startsWith('CLAIMCHECK_'),
  );
  const values = given.flatMap(([, value]) => (value.length < GIVEN_CHARS_MIN ? [] : [value]));
  return createRedaction([...values, ...secretsIn('', process.env)])?.(text) ?? text;
}

/** A short setting is no secret, and stands in many words. */
const GIVEN_CHARS_MIN = 8;

/** A quote from a stranger: short, and without what would move the cursor of a terminal. */
function printable(text: string): string {
  return JSON.stringify(text.length > QUOTE_CHARS_MAX ? `${text.slice(0, QUOTE_CHARS_MAX)}…` : text);
}

/** A program that cannot even be started: no such file, no permission. */
export function spawnFailure(error: unknown, launch: Launch): UsageError {
  const why = messageOf(error);
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
