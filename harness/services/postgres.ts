import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../model/usage-error.ts';
import { talk } from './probe-socket.ts';
import { findProgram } from './program.ts';
import type { Finding, PreparedService, Service, ServicePlace, ServiceUser } from './service.ts';
import { isRoot, unprivilegedUser } from './service-user.ts';

// Half a second on an idle machine; a busy one with a slow disk was seen to need several.
const INITDB_MS_MAX = 60_000;
const USER = 'claimcheck';

/** PostgreSQL. It refuses to run as root; then it runs as `postgres`, or as `nobody` where there is no such user. */
export const postgres: Service = {
  meta: {
    id: 'postgres',
    title: 'PostgreSQL',
    description: 'One cluster made by initdb, with a password, bound to loopback.',
    program: 'postgres',
    install: 'apt-get install postgresql',
    variable: 'CLAIMCHECK_POSTGRES_URL',
    variants: { durable: { description: 'fsync and synchronous_commit on', durable: true } },
  },
  refusesRoot: true,
  async find(): Promise<Finding> {
    const found = await findProgram({ name: 'postgres', folders: debianFolders(), versionOf: /\) ([\d.]+)/ });
    if (!found.found) return found;
    if (!existsSync(siblingOf(found.path, 'initdb')))
      return { found: false, why: `there is no initdb beside ${found.path}` };
    if (isRoot() && (await unprivilegedUser()) === null) {
      return { found: false, why: 'it refuses to run as root, and there is neither a user postgres nor a user nobody' };
    }
    return found;
  },
  async prepare({ folder, port, signal }: ServicePlace): Promise<PreparedService> {
    const found = await postgres.find();
    if (!found.found) throw new UsageError(`PostgreSQL cannot be started: ${found.why}.`);
    const user = isRoot() ? await unprivilegedUser() : null;
    if (user !== null) chownSync(folder, user.uid, user.gid);
    const password = randomBytes(16).toString('hex');
    const data = join(folder, 'data');
    await makeCluster({ initdb: siblingOf(found.path, 'initdb'), folder, data, password, user, signal });
    const settings = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: folder };
    return {
      file: found.path,
      args: [
        '-D',
        data,
        ...Object.entries({ ...settings, ...SETTINGS }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      env: {},
      user,
      // Ends sessions instead of waiting for them.
      stopSignal: 'SIGINT',
      url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
      async isReady(within) {
        // R: it asks for the password. E: it is starting up, or recovering.
        return (await talk({ port, say: startupMessage(), until: /^[RE]/, signal: within })).startsWith('R');
      },
    };
  },
};

const SETTINGS = {
  // Several servers and workers with a pool each.
  max_connections: '300',
  // What the operating system has is enough for tests, and some containers have no more than 64 MB of shared memory.
  shared_buffers: '32MB',
  dynamic_shared_memory_type: 'mmap',
  log_min_messages: 'warning',
  // One call in place of one for each of a thousand files, when it comes back after a crash.
  recovery_init_sync_method: 'syncfs',
};

/** Debian and its kin keep the servers of all versions away from the PATH; the newest first. */
function debianFolders(): readonly string[] {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(base, version, 'bin'));
}

function siblingOf(path: string, name: string): string {
  return join(path, '..', name);
}

async function makeCluster(options: {
  readonly initdb: string;
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly user: ServiceUser | null;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { folder, data, user } = options;
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (user !== null) chownSync(passwordFile, user.uid, user.gid);
  try {
    const args = ['-D', data, '-U', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '-E', 'UTF8'];
    const { execa } = await import('execa');
    const made = await execa(options.initdb, [...args, '--locale', 'C', '--no-sync', '--no-instructions'], {
      cwd: folder,
      reject: false,
      all: true,
      timeout: INITDB_MS_MAX,
      cancelSignal: options.signal,
      ...(user ?? {}),
    });
    options.signal.throwIfAborted();
    if (made.exitCode === 0) return;
    throw new UsageError(`PostgreSQL cannot make a data folder: ${made.all ?? made.shortMessage ?? 'no reason given'}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** The first message of a client, protocol 3.0: length, version, parameters, each with a zero at its end. */
function startupMessage(): Buffer {
  const parameters = Buffer.from(`user\0${USER}\0database\0postgres\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + parameters.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, parameters]);
}
