import pg from 'pg';
import { createSystemClock } from '../../harness/model/clock.ts';
import type { OpenBenchmarks } from '../../harness/model/testing/benchmark.ts';
import { startGuardian } from '../../harness/run/guardian.ts';
import { serviceUnits, startService } from '../../harness/services/index.ts';
import { connectionSchema } from './connection.ts';
import { openPostgresStore } from './postgres.ts';
import { type BareDriver, storeBenchmarks } from './testing/store-benchmarks.ts';

/** What the engine adds to PostgreSQL's own driver, on one server with its usual settings: synced to the disk. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const host = { clock: createSystemClock(), signal: new AbortController().signal, guard: startGuardian };
  const server = await startService(serviceUnits.postgres, host);
  const connection = connectionSchema.parse({ url: server.url });
  const store = await openPostgresStore({ connection, directory: '' });
  // One connection of the store's shows that its process is alive.
  const pool = new pg.Pool({ connectionString: server.url, max: connection.poolMax - 1 });
  pool.on('error', () => {}); // It resolves its end before the last connection has left, and then the server goes.
  const set = await storeBenchmarks('postgres', store, bareDriver(pool, `${connection.prefix}.task`));
  return {
    benchmarks: set.benchmarks,
    async [Symbol.asyncDispose]() {
      await set[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await pool.end();
      await server[Symbol.asyncDispose]();
    },
  };
};

/** In the store's own table, so that each write keeps the same indexes. */
function bareDriver(pool: pg.Pool, table: string): BareDriver {
  const byKey = `SELECT record FROM ${table} WHERE owner = $1 AND key = $2`;
  const insert = `INSERT INTO ${table} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
  const get = `SELECT record FROM ${table} WHERE id = $1`;
  return {
    async submit(record) {
      const { id, principal, idempotencyKey, state, createdAt, deadlineAt, version } = record;
      const [owner, key] = [Buffer.from(principal), Buffer.from(idempotencyKey)];
      await pool.query({ name: 'key', text: byKey, values: [owner, key] });
      const values = [id, owner, key, state, false, createdAt, deadlineAt, version, JSON.stringify(record)];
      await pool.query({ name: 'insert', text: insert, values });
    },
    get: (id) => pool.query({ name: 'get', text: get, values: [id] }),
  };
}
