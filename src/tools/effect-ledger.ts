import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';
import { z } from 'zod';
import { isBusy } from '../stores/busy.ts';
import { messageOf, UsageError } from '../usage-error.ts';
import type { EffectLedger } from './tool.ts';

const LOCK_TRIES_MAX = 5_000; // A commit takes well under 1 ms: after 5 s its holder is stopped, and our work fails honestly.
const READ_BYTES = 65_536;

const line = z.object({ phase: z.string(), key: z.string().optional() });

/** The outside world of one process, for servers that nobody is measuring. */
export function createMemoryLedger(): EffectLedger {
  const committed = new Set<string>();
  return {
    async begin() {},
    async commit(_token, effectKey, permit) {
      permit?.();
      if (committed.has(effectKey)) return false;
      committed.add(effectKey);
      return true;
    },
  };
}

/** The ledger of that path; without one, a ledger in memory. Throws a UsageError when the file cannot be written. */
export function openLedger(path: string | undefined): EffectLedger & Disposable {
  if (path === undefined || path === '') return { ...createMemoryLedger(), [Symbol.dispose]() {} };
  try {
    return createFileLedger(path);
  } catch (cause) {
    throw new UsageError(`Cannot write the effect ledger ${path}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * The outside world as a file of JSON lines, `{"token","phase","at","worker","key"}` with `at` in ns of the machine's monotonic
 * clock. A key is committed once, across processes and crashes: a commit reads what others appended while it holds a lock
 * that the kernel frees when its holder dies.
 */
export function createFileLedger(path: string): EffectLedger & Disposable {
  const file = openSync(path, 'a+');
  const lock = new Database(`${path}.lock`);
  // The change of mode waits for the lock as well; commits wait for it without blocking the process.
  lock.pragma(`busy_timeout = ${LOCK_TRIES_MAX}`);
  lock.pragma('journal_mode = MEMORY'); // Nothing is ever written to it; a journal file would cost four times the lock.
  lock.pragma('busy_timeout = 0');
  const reader = createKeyReader(file);
  let tail: Promise<unknown> = Promise.resolve();

  function append(phase: 'begin' | 'commit', token: string, key: string): void {
    const at = Number(process.hrtime.bigint());
    const text = `${JSON.stringify({ token, phase, at, worker: String(process.pid), key })}\n`;
    // One write to a file opened for appending lands in one piece, whoever else writes.
    writeSync(file, text);
  }

  async function commit(token: string, effectKey: string, permit?: () => void): Promise<boolean> {
    await acquire(lock);
    try {
      const keys = reader.catchUp();
      if (keys.has(effectKey)) return false;
      if (reader.endsInsideLine()) writeSync(file, '\n'); // A writer died within its line: ours must not grow out of it.
      permit?.();
      append('commit', token, effectKey);
      return true;
    } finally {
      lock.exec('ROLLBACK');
    }
  }

  return {
    async begin(token, effectKey) {
      append('begin', token, effectKey);
    },
    commit(token, effectKey, permit) {
      // The lock is the process's: within it, one after another.
      const result = tail.then(() => commit(token, effectKey, permit));
      tail = result.catch(() => {});
      return result;
    },
    [Symbol.dispose]() {
      lock.close();
      closeSync(file);
    },
  };
}

async function acquire(lock: Database.Database): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return;
    } catch (error) {
      if (!isBusy(error) || attempt >= LOCK_TRIES_MAX) throw error;
      await pause(1);
    }
  }
}

/** Reads the keys of commit lines, each byte of the file once. */
function createKeyReader(file: number) {
  const keys = new Set<string>();
  const buffer = Buffer.alloc(READ_BYTES);
  let offset = 0;
  let rest = Buffer.alloc(0);

  function take(text: string): void {
    try {
      const { phase, key } = line.parse(JSON.parse(text));
      if (phase === 'commit' && key !== undefined) keys.add(key);
    } catch {
      // Half a line of a writer that died: its commit was never complete, so it is not one.
    }
  }

  return {
    catchUp(): ReadonlySet<string> {
      const size = fstatSync(file).size;
      while (offset < size) {
        const bytes = readSync(file, buffer, 0, Math.min(READ_BYTES, size - offset), offset);
        if (bytes === 0) break;
        offset += bytes;
        const chunk = Buffer.concat([rest, buffer.subarray(0, bytes)]);
        const end = chunk.lastIndexOf(10) + 1;
        for (const text of chunk.toString('utf8', 0, end).split('\n')) if (text !== '') take(text);
        rest = chunk.subarray(end);
      }
      return keys;
    },
    endsInsideLine: () => rest.length > 0,
  };
}
