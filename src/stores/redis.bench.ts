import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { serviceUnits } from '../../harness/services/index.ts';
import { connectionSchema } from './connection.ts';
import { openRedisStore } from './redis.ts';
import { driverBenchmarks } from './testing/driver-benchmarks.ts';
import { benchmarksOn } from './testing/engine-benchmarks.ts';

/** What the engine adds to Redis's own driver, on one server that syncs before it answers. */
export const openBenchmarks = benchmarksOn(serviceUnits.redis, async ({ url }) => {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const store = await openRedisStore({ directory, connection: connectionSchema.parse({ url }) });
  const client = new Redis(url);
  const set = await driverBenchmarks('redis', store, {
    get: (id) => client.get(`bare:${id}`),
    // Two keys and no index: the least that would find a record by its id and by its key.
    async submit({ id, key, text }) {
      await client.get(`bare-key:${key}`);
      await client.mset(`bare:${id}`, text, `bare-key:${key}`, id);
    },
  });
  return {
    benchmarks: set.benchmarks,
    async [Symbol.asyncDispose]() {
      await set[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      client.disconnect();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});
