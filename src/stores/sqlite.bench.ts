import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import type { OpenBenchmarks } from '../../harness/model/testing/benchmark.ts';
import { openSqliteStore } from './sqlite.ts';
import { driverBenchmarks } from './testing/driver-benchmarks.ts';

/** Beside the driver alone on a file of its own, synced before it answers, too; the table has the two indexes that a key needs. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const store = await openSqliteStore({ directory });
  const database = new Database(join(directory, 'bare.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL UNIQUE, record TEXT NOT NULL)');
  const read = database.prepare('SELECT record FROM bare WHERE id = ?');
  const holder = database.prepare('SELECT id FROM bare WHERE key = ?');
  const write = database.prepare('INSERT INTO bare VALUES (?, ?, ?)');
  const set = await driverBenchmarks('sqlite', store, {
    // Parsed, as a record that comes from text has to be.
    get: async (id) => JSON.parse(String(Object.values(Object(read.get(id)))[0])),
    async submit({ id, key, text }) {
      holder.get(key);
      write.run(id, key, text);
    },
  });
  return {
    benchmarks: set.benchmarks,
    async [Symbol.asyncDispose]() {
      await set[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
