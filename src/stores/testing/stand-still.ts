import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';

const LOOK_MS = 10;
const TRIES_MAX = 1_000;

/**
 * SIGSTOP to a process, between two of its writes where it keeps its records in an SQLite file: one that stands still within a write
 * keeps the lock, and everybody else out of the file for as long as it stands.
 */
export async function standStill(
  process: { readonly pid: number; signal(name: NodeJS.Signals): void },
  file: string | null,
): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    process.signal('SIGSTOP');
    while (!isStopped(process.pid)) await sleep(LOOK_MS);
    if (file === null || isFree(file)) return;
    process.signal('SIGCONT');
    await sleep(LOOK_MS);
  }
  throw new Error(`expected a moment without a write to ${file}, found none in ${TRIES_MAX} tries`);
}

function isStopped(pid: number): boolean {
  const path = `/proc/${pid}/stat`;
  // Elsewhere than on Linux the signal has to be trusted.
  if (!existsSync(path)) return true;
  const line = readFileSync(path, 'utf8');
  // The name stands in brackets and may hold anything, brackets too.
  return line.slice(line.lastIndexOf(')') + 2).startsWith('T');
}

function isFree(file: string): boolean {
  const database = new Database(file);
  try {
    database.pragma('busy_timeout = 0');
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return false;
    throw error;
  } finally {
    database.close();
  }
}
