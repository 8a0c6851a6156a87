import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UsageError } from '../usage-error.ts';
import type { StoreUsage } from './store-meter.ts';

/** The latest usage of one process, where it outlives that process. */
export interface UsageFile extends Disposable {
  write(usage: StoreUsage): void;
}

/**
 * A file of its own in that directory, `{"operations","tasks","bytes"}`, written anew with every count: a process that is killed
 * leaves what it had asked for. Metrics that are fetched go with their process. Throws a UsageError when it cannot be made.
 */
export function openUsageFile(directory: string): UsageFile {
  let file: number | null;
  try {
    file = openSync(join(directory, `${process.pid}-${randomUUID()}.json`), 'wx');
  } catch (cause) {
    throw new UsageError(`Cannot count operations in ${directory}: ${messageOf(cause)}`, { cause });
  }
  return {
    write({ operations, taskCount, byteCount }) {
      if (file === null) return;
      const sum = Object.values(operations).reduce((total, count) => total + count, 0);
      // No number ever shrinks, so the text never does; and so short a write is whole or was not.
      writeSync(file, JSON.stringify({ operations: sum, tasks: taskCount, bytes: byteCount }), 0);
    },
    [Symbol.dispose]() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}
