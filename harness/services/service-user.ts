import { execa } from 'execa';
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

async function idOf(which: '-u' | '-g', name: string): Promise<number | null> {
  const said = await execa('id', [which, name], { reject: false, timeout: LOOKUP_MS_MAX, stdin: 'ignore' });
  return said.exitCode === 0 ? Number(said.stdout) : null;
}
