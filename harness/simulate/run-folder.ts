import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where servers of one run after another keep their files. A folder in which nothing was left is given out again: making and
 * removing one for each of many thousand short runs costs more than some of the runs.
 */
export interface RunFolder {
  /** An empty folder. */
  open(): string;
  /** The run is over, and what it left there is not wanted any more. */
  close(): void;
}

export function createRunFolder(scratch: string): RunFolder {
  let folder: string | null = null;
  return {
    open() {
      folder ??= mkdtempSync(join(scratch, 'run-'));
      return folder;
    },
    close() {
      if (folder === null || readdirSync(folder).length === 0) return;
      rmSync(folder, { recursive: true, force: true });
      folder = null;
    },
  };
}
