import pg from 'pg';
import { serviceUnits } from '../../harness/services/index.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { connectionSchema } from './connection.ts';
import { openPostgresStore } from './postgres.ts';
import { type BareDriver, driverBenchmarks } from './testing/driver-benchmarks.ts';
import { benchmarksOn } from './testing/engine-benchmarks.ts';

/** What the engine adds to PostgreSQL's own driver, on one server with its usual settings: synced to the disk. */
export const openBenchmarks = benchmarksOn(serviceUnits.postgres, async ({ url }) => {
  const connection = connectionSchema.parse({ url });
  const store = await openPostgresStore({ connection, directory: '' });
  // One connection of the store's shows that its process is alive.
  const pool = new pg.Pool({ connectionString: url, max: connection.poolMax - 1 });
  pool.on('error', () => {}); // It resolves its end before the last connection has left, and then the server goes.
  const set = await driverBenchmarks('postgres', store, bareDriver(pool, `${connection.prefix}.task`));
  return {
    benchmarks: set.benchmarks,
    async [Symbol.asyncDispose]() {
      await set[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await pool.end();
    },
  };
});

/** In the store's own table, so that each write keeps the same indexes. */
function bareDriver(pool: pg.Pool, table: string): BareDriver {
  const byKey = `SELECT record FROM ${table} WHERE owner = $1 AND key = $2`;
  const insert = `INSERT INTO ${table} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
  const get = `SELECT record FROM ${table} WHERE id = $1`;
  const { createdAt, deadlineAt } = taskOf();
  return {
    async submit({ id, key, text }) {
      const [owner, keyBytes] = [Buffer.from('bare'), Buffer.from(key)];
      await pool.query({ name: 'key', text: byKey, values: [owner, keyBytes] });
      const values = [id, owner, keyBytes, 'queued', false, createdAt, deadlineAt, 1, text];
      await pool.query({ name: 'insert', text: insert, values });
    },
    get: (id) => pool.query({ name: 'get', text: get, values: [id] }),
  };
}
