import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Finding } from './service.ts';

const VERSION_MS_MAX = 30_000; // It is printed within milliseconds; on a machine that does much else the program has to begin first.

export interface ProgramSearch {
  readonly name: string;
  /** Where to look beyond the PATH. */
  readonly folders?: readonly string[];
  /** Finds the version in what `--version` prints, as its first group. */
  readonly versionOf: RegExp;
}

/** The program on the PATH or in one of the folders, and the version it says it has. */
export async function findProgram({ name, folders = [], versionOf }: ProgramSearch): Promise<Finding> {
  const path = await firstExecutable(name, [...(process.env.PATH ?? '').split(delimiter), ...folders]);
  if (path === null) return { found: false, why: `there is no ${name} on the PATH` };
  const { execa } = await import('execa');
  const said = await execa(path, ['--version'], { reject: false, timeout: VERSION_MS_MAX, stdin: 'ignore' });
  const version = versionOf.exec(said.stdout)?.[1];
  if (version === undefined) return { found: false, why: `${path} --version says no version` };
  return { found: true, version, path };
}

async function firstExecutable(name: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (folder !== '' && (await isExecutable(path))) return path;
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
