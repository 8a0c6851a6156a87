import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './stores/directory.ts';

const SECRET_BYTES = 32; // As long as the digests it is to protect.
const FILE = 'secret.key';

/**
 * What this server signs with what clients have to bring back. It is kept in the directory, so that it survives a restart and is the
 * same for all processes on it; without one it is made anew by each server. Made when it is first needed. Throws when the file
 * cannot be written, or holds something else.
 */
export function createStateSecret(directory: string | undefined): () => Uint8Array {
  let secret: Uint8Array | undefined;
  return () => {
    secret ??= directory === undefined ? randomBytes(SECRET_BYTES) : readOrMake(directory);
    return secret;
  };
}

function readOrMake(directory: string): Uint8Array {
  const path = join(directory, FILE);
  const found = read(path);
  if (found !== undefined) return found;
  makeDirectory(directory);
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, randomBytes(SECRET_BYTES), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path); // Whole or not at all: of processes that start together the first one's is everybody's.
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = read(path);
  if (made === undefined) throw new Error(`${path} was removed while it was made`);
  return made;
}

function read(path: string): Uint8Array | undefined {
  try {
    const secret = readFileSync(path);
    if (secret.length === SECRET_BYTES) return secret;
    throw new Error(
      `${path} holds ${secret.length} bytes in place of ${SECRET_BYTES}: remove it, and a new one is made`,
    );
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
