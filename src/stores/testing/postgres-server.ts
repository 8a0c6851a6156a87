import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ConnectionOptions } from '../connection.ts';

/** A real server of a test's own, which may be killed and started again on its port and data. */
export interface TestPostgres extends AsyncDisposable {
  readonly port: number;
  /** To reach it; each prefix is a world of its own. */
  connection(prefix: string, parts?: Partial<ConnectionOptions>): ConnectionOptions;
  start(): Promise<void>;
  /** As its crash would: nothing is written any more, nobody is told. */
  kill(): Promise<void>;
  /** Ends it in order, cutting all sessions. */
  stop(): Promise<void>;
}

const START_MS_MAX = 20_000;
const BINARIES = findBinaries();

/** What a suite is called that needs one, and whether it can run. */
export const postgresSuite = {
  isLeftOut: BINARIES === undefined,
  title: (text: string) => (BINARIES === undefined ? `${text} (needs postgresql: apt-get install postgresql)` : text),
};

/** A new server with default settings, each write synced to the disk; `settings` go over them. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  if (BINARIES === undefined) throw new Error('PostgreSQL is not installed');
  const binaries = BINARIES;
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-postgres-'));
  const user = serverUser();
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const init = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  execFileSync(join(binaries, 'initdb'), init, { ...user, cwd: directory, stdio: 'ignore' });
  const port = await freePort();
  let child: ChildProcess | undefined;
  const endWithUs = () => child?.kill('SIGQUIT');
  process.once('exit', endWithUs);

  async function start(): Promise<void> {
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: directory, ...settings };
    const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const giveUpAt = performance.now() + START_MS_MAX;
    do {
      // Of one that was killed the last children may still hold its memory: then it ends at once, and is tried again.
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        child = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...options], {
          ...user,
          cwd: directory,
          stdio: 'ignore',
        });
      }
      if (performance.now() > giveUpAt) throw new Error(`PostgreSQL did not answer on port ${port}`);
      await sleep(50);
    } while (!(await answers(port)));
  }
  async function end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    port,
    connection: (prefix, parts = {}) => ({
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      prefix,
      poolMax: 10,
      ...parts,
    }),
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
    async [Symbol.asyncDispose]() {
      await end('SIGINT');
      process.off('exit', endWithUs);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error(`expected a port, got ${address}`);
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

/** Where Debian puts them, or the path. */
function findBinaries(): string | undefined {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(base, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** It refuses to run as root: then the user of its package does. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
