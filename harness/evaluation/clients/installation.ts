import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../model/clock.ts';
import type { RealClient } from './real-client.ts';

/** What starts a client, or why nothing does. */
export type Installation =
  | { readonly isReady: true; readonly node: string; readonly nodeVersion: string; readonly program: string }
  | { readonly isReady: false; readonly reason: string };

export interface InstallationOptions {
  /** Of claimcheck: its own packages and the programs of the clients are there. */
  readonly root: string;
  readonly cache: string;
  /** Install nothing. */
  readonly isOffline: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

// For clients that need a newer Node than this one: the registry has its program as a package.
const NEWER_NODE = '24.21.0';
// The largest brings 156 MB; on a slow line that takes minutes.
const INSTALL_MS_MAX = 600_000;
const ERROR_CHARACTERS = 600;

const manifest = z.object({ version: z.string() });

/** Finds or installs the packages of a client, and a Node that they run on. Says in words what it installs where. */
export async function installClient({ meta }: RealClient, options: InstallationOptions): Promise<Installation> {
  const { root, cache } = options;
  const programs = join(root, 'fixtures/clients');
  const isOwn = holds(root, meta.packages);
  const folder = isOwn ? root : join(cache, `${meta.id}-${meta.packages[meta.package] ?? ''}`);
  if (!isOwn) {
    const reason = await ensure(folder, meta.packages, options);
    if (reason !== null) return { isReady: false, reason };
    // Imports are looked up from where a program lies.
    for (const name of ['script.mjs', `${meta.id}.mjs`]) cpSync(join(programs, name), join(folder, name));
  }
  const program = join(isOwn ? programs : folder, `${meta.id}.mjs`);
  if (major(process.version) >= meta.node) {
    return { isReady: true, node: process.execPath, nodeVersion: process.version.slice(1), program };
  }
  const name = `node-${process.platform}-${process.arch}`;
  const newer = join(cache, `node-${NEWER_NODE}`);
  const reason = await ensure(newer, { [name]: NEWER_NODE }, options);
  if (reason !== null)
    return { isReady: false, reason: `it needs Node ${meta.node}, this is ${process.version}; ${reason}` };
  return { isReady: true, node: join(newer, 'node_modules', name, 'bin/node'), nodeVersion: NEWER_NODE, program };
}

/** null: they are there. */
async function ensure(
  folder: string,
  packages: Readonly<Record<string, string>>,
  options: InstallationOptions,
): Promise<string | null> {
  if (holds(folder, packages)) return null;
  const names = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  if (options.isOffline) return `not installed (${names.join(' ')}), and --offline installs nothing`;
  options.say(`installing ${names.join(' ')} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--prefix', folder, '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
  const error = await npm([...words, '--engine-strict=false', '--loglevel=error', ...names], options);
  if (error !== null) return `npm could not install ${names.join(' ')}: ${error}`;
  return holds(folder, packages) ? null : `npm installed other versions than ${names.join(' ')}`;
}

function holds(folder: string, packages: Readonly<Record<string, string>>): boolean {
  return Object.entries(packages).every(([name, version]) => {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (!existsSync(path)) return false;
    return manifest.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data?.version === version;
  });
}

/** null: it went well; else what npm said last. */
async function npm(words: readonly string[], { clock, signal }: InstallationOptions): Promise<string | null> {
  signal.throwIfAborted();
  const over = new AbortController();
  const child = spawn('npm', [...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-ERROR_CHARACTERS);
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? null : said.trim() || `exit code ${code}`));
  });
  const limit = clock.sleep(INSTALL_MS_MAX, AbortSignal.any([signal, over.signal])).then(
    () => child.kill('SIGKILL'),
    () => signal.aborted && child.kill('SIGTERM'), // Done before the limit, or interrupted.
  );
  const error = await ended;
  over.abort();
  await limit;
  signal.throwIfAborted();
  return error;
}

function major(version: string): number {
  return Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);
}
