import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { isRunDirectory, type RunDirectory, runDirectory } from '../model/run-directory.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { utcStamp } from './utc-stamp.ts';

/** Every file a run can leave; --force removes these and nothing else. */
const RUN_FILE =
  /^(plan\.json|environment\.json|history\.jsonl(\.gz)?|ledger\.jsonl(\.lock(-journal|-wal|-shm)?)?|verdict\.json|soak\.json|histograms\.json|generators\.json|counterexample\.json|report\.html|junit\.xml|stderr\.\d+\.log)$/;

export interface OutOptions {
  readonly cwd: string;
  /** --out; undefined: the default place. */
  readonly out: string | undefined;
  readonly force: boolean;
  /** ms since the epoch, for the default name. */
  readonly wallMs: number;
}

export interface RunName {
  readonly scenario: string;
  readonly seed: number;
  /** What tells it from others of the same scenario and seed. */
  readonly cell?: string;
}

/**
 * Where each of these runs goes, in their order: DIR itself for a single one, DIR/<scenario>-<seed> for several, or
 * reports/out/<scenario>/<UTC time>-<seed>. Nothing is written yet. Throws a UsageError where a run already is.
 */
export function planOutDirectories(runs: readonly RunName[], options: OutOptions): RunDirectory[] {
  const { cwd, out } = options;
  const taken = new Set<string>();
  return runs.map((run) => {
    if (out === undefined) return runDirectory(unusedDefault(run, options, taken));
    const base = resolve(cwd, out);
    const path = runs.length === 1 ? base : unused(join(base, nameOf(run)), taken);
    for (const place of new Set([base, path])) {
      if (isRunDirectory(place) && !options.force) {
        throw new UsageError(
          `${shown(cwd, place)} already holds a run; choose another --out, or replace it with --force`,
        );
      }
    }
    return runDirectory(path);
  });
}

function nameOf({ scenario, seed, cell }: RunName): string {
  return [scenario, seed, ...(cell === undefined ? [] : [cell])].join('-');
}

/** Makes the directory, and with --force removes the files of the run that was there. Returns the folders it made, inmost first. */
export function openOutDirectory(directory: RunDirectory, cwd: string): readonly string[] {
  const { path } = directory;
  try {
    const made = makeFolders(path);
    accessSync(path, constants.W_OK);
    for (const name of readdirSync(path)) if (RUN_FILE.test(name)) rmSync(join(path, name));
    return made;
  } catch (error) {
    const reason = messageOf(error);
    throw new UsageError(`cannot write to ${shown(cwd, path)}: ${reason}`, { cause: error });
  }
}

/** As `mkdir -p`. Node's own recursion never ends where a system folder refuses (/proc/x/y). */
function makeFolders(path: string): readonly string[] {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.toReversed()) mkdirSync(folder);
  return missing;
}

/** Removes what a run that never started left behind: its files, and the folders made for it where nothing else is in them. */
export function discardOutDirectory(directory: RunDirectory, made: readonly string[]): void {
  for (const name of readdirSync(directory.path)) {
    if (RUN_FILE.test(name)) rmSync(join(directory.path, name));
  }
  for (const folder of made) {
    if (readdirSync(folder).length > 0) return;
    rmdirSync(folder);
  }
}

/** Points reports/out/latest at this run. A real file or folder of that name is left alone, and said. */
export function linkLatest(directory: RunDirectory, cwd: string, warn: (text: string) => void): void {
  const link = join(cwd, 'reports/out/latest');
  const target = relative(dirname(link), directory.path);
  try {
    const existing = lstatSync(link, { throwIfNoEntry: false });
    if (existing !== undefined && !existing.isSymbolicLink()) {
      warn(`${shown(cwd, link)} is not a link; it was left as it is`);
      return;
    }
    if (existing !== undefined) rmSync(link);
    symlinkSync(target, link, 'dir');
  } catch (error) {
    // The link is a convenience; some file systems have none, and two runs may race for it.
    warn(`${shown(cwd, link)} could not be set: ${messageOf(error)}`);
  }
}

/** A path as people like to read it: relative where that is shorter. */
export function shown(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

/** A folder given on the command line that must hold a run. */
export function existingRun(cwd: string, path: string): RunDirectory {
  const full = resolve(cwd, path);
  if (!existsSync(full)) throw new UsageError(`${path} does not exist; expected a run directory`);
  if (!statSync(full).isDirectory()) throw new UsageError(`${path} is a file; expected a run directory`);
  if (!isRunDirectory(full)) throw new UsageError(`${path} is not a run directory: it holds no plan.json`);
  return runDirectory(full);
}

/** The same plan several times: -2, -3 … behind the name. */
function unused(wanted: string, taken: Set<string>): string {
  let path = wanted;
  for (let copy = 2; taken.has(path); copy += 1) path = `${wanted}-${copy}`;
  taken.add(path);
  return path;
}

function unusedDefault(run: RunName, { cwd, wallMs }: OutOptions, taken: Set<string>): string {
  const time = utcStamp(wallMs);
  for (let copy = 1; ; copy += 1) {
    const name = `${time}-${run.seed}${copy === 1 ? '' : `-${copy}`}`;
    const path = join(cwd, 'reports/out', run.scenario, name);
    if (taken.has(path) || existsSync(path)) continue;
    taken.add(path);
    return path;
  }
}
