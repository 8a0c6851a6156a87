import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createSystemClock } from '../../harness/model/clock.ts';
import type { OpenBenchmarks } from '../../harness/model/testing/benchmark.ts';
import { startGuardian } from '../../harness/run/guardian.ts';
import { serviceUnits, startService } from '../../harness/services/index.ts';
import { connectionSchema } from './connection.ts';
import { openRedisStore } from './redis.ts';
import { driverBenchmarks } from './testing/driver-benchmarks.ts';

/** On a server of its own that syncs before it answers, as both sides need it to keep what they promised. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const { redis } = serviceUnits;
  const { meta } = redis;
  if (!(await redis.find()).found) return nothing(`needs ${meta.program}; to get it: ${meta.install}`);
  const ending = new AbortController();
  const host = { clock: createSystemClock(), signal: ending.signal, guard: startGuardian };
  const service = await startService(redis, host);
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const store = await openRedisStore({ directory, connection: connectionSchema.parse({ url: service.url }) });
  const client = new Redis(service.url);
  const set = await driverBenchmarks('redis', store, {
    get: (id) => client.get(`bare:${id}`),
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
      await service[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

function nothing(leftOut: string) {
  return { benchmarks: [], leftOut, async [Symbol.asyncDispose]() {} };
}
