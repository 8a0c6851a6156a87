import { existsSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { UsageError } from '../model/usage-error.ts';
import type { ServiceUser } from './service.ts';

const LOOKUP_MS_MAX = 5_000;
const NAMES = ['postgres', 'nobody'] as const;

/** Some engines refuse to run as root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whom an engine runs as when root may not run it; null: nobody suitable is known here. */
export async function unprivilegedUser(): Promise<ServiceUser | null> {
  for (const name of NAMES) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  return null;
}

/** The first folder for temporary files that every user of the machine can walk to: TMPDIR may be one's own alone. */
export function commonFolder(): string {
  const found = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => existsSync(folder) && isOpen(realpathSync(folder)));
  if (found === undefined)
    throw new UsageError('There is no folder for temporary files that every user can reach; set TMPDIR to one.');
  return found;
}

function isOpen(folder: string): boolean {
  for (let place = folder; ; place = dirname(place)) {
    if ((statSync(place).mode & 0o001) === 0) return false;
    if (place === dirname(place)) return true;
  }
}

async function idOf(which: '-u' | '-g', name: string): Promise<number | null> {
  const { execa } = await import('execa');
  const said = await execa('id', [which, name], { reject: false, timeout: LOOKUP_MS_MAX, stdin: 'ignore' });
  return said.exitCode === 0 ? Number(said.stdout) : null;
}
