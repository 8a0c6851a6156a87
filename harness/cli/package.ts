import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const manifest = z.object({ name: z.string(), version: z.string() });

export interface Package {
  /** The folder that holds package.json, whether this runs from the sources or from dist/. */
  readonly root: string;
  readonly version: string;
}

/** Finds our own package by walking up from this file. Throws when there is none: the installation is broken. */
export function findPackage(from: string = fileURLToPath(import.meta.url)): Package {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const parsed = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (parsed.success && parsed.data.name === 'claimcheck') return { root: folder, version: parsed.data.version };
    }
    if (folder === dirname(folder)) throw new Error(`expected a package.json named claimcheck above ${from}`);
  }
}
