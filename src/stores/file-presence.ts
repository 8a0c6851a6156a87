import { rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { isBusy } from './busy.ts';
import { makeDirectory } from './directory.ts';
import type { Presence } from './store.ts';

/**
 * Tells a dead worker from a slow one: each worker holds an exclusive lock on a file of its own, and the kernel frees it when
 * the process dies, however it dies. A process id would not do: it is reused, and means nothing across containers.
 */
export function createFilePresence(directory: string): Presence & Disposable {
  const held = new Map<string, Database.Database>();
  const gone = new Set<string>();
  const pathOf = (worker: string) => join(directory, `${worker}.lock`);
  return {
    async announce(worker) {
      makeDirectory(directory);
      held.set(worker, lock(pathOf(worker)));
    },
    async isGone(worker) {
      if (held.has(worker)) return false;
      if (gone.has(worker)) return true;
      try {
        await access(pathOf(worker));
      } catch {
        return false; // It never announced itself here, so nothing is certain: its lease decides.
      }
      try {
        release(lock(pathOf(worker)));
        remove(pathOf(worker));
        gone.add(worker);
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      }
    },
    [Symbol.dispose]() {
      for (const [worker, database] of held) {
        release(database);
        remove(pathOf(worker));
      }
      held.clear();
    },
  };
}

function lock(path: string): Database.Database {
  const database = new Database(path);
  try {
    database.pragma('busy_timeout = 0');
    database.pragma('journal_mode = MEMORY'); // Nothing is ever written: no second file.
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function release(database: Database.Database): void {
  // The lock outlives the connection's close as long as its transaction is open.
  if (database.inTransaction) database.exec('ROLLBACK');
  database.close();
}

function remove(path: string): void {
  rmSync(path, { force: true });
}
