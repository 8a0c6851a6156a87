import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Debian and its kin keep libraries in a folder a processor; the others in one for all.
const ROOTS = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/lib'];
const PLACES = ['faketime/libfaketime.so.1', 'libfaketime.so.1'];

/** Where libfaketime is on this machine, which gives a process another clock; null: nowhere, or this is no Linux. */
export function fakeTimeLibrary(): string | null {
  if (process.platform !== 'linux') return null;
  const folders = ROOTS.flatMap((root) => [root, ...processorFolders(root)]);
  const found = folders
    .flatMap((folder) => PLACES.map((place) => join(folder, place)))
    .find((path) => existsSync(path));
  return found ?? null;
}

function processorFolders(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(root, name));
}
