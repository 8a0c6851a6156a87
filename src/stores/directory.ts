import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the directory and what is missing above it. One level at a time: Node's own `recursive` never returns where the
 * file system answers "no such file" to a mkdir, as /proc does.
 */
export function makeDirectory(path: string): void {
  const missing: string[] = [];
  for (let level = resolve(path); !existsSync(level) && dirname(level) !== level; level = dirname(level)) {
    missing.push(level);
  }
  for (const level of missing.reverse()) {
    try {
      mkdirSync(level);
    } catch (error) {
      if (!existsSync(level)) throw error; // Another process was faster: then it is there.
    }
  }
}
