import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_FOLDER = '/dev/shm';

/**
 * A new folder for what simulated servers keep, in memory where the system has a folder there: no crash but a simulated one will
 * ever happen to it, and a search makes and removes one for nearly every run. To be removed by its owner.
 */
export function makeScratchFolder(prefix: string): string {
  return mkdtempSync(join(scratchBase(), prefix));
}

function scratchBase(): string {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK);
    return MEMORY_FOLDER;
  } catch {
    // Not Linux, or not ours to write: a disk is slower, and as good.
    return tmpdir();
  }
}
