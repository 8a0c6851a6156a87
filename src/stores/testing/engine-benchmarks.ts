import { createSystemClock } from '../../../harness/model/clock.ts';
import type { BenchmarkSet, OpenBenchmarks } from '../../../harness/model/testing/benchmark.ts';
import { startGuardian } from '../../../harness/run/guardian.ts';
import { type RunningService, type Service, startService } from '../../../harness/services/index.ts';

/** Benchmarks on an engine of their own, which ends after them; left out where it is not installed. */
export function benchmarksOn(engine: Service, open: (server: RunningService) => Promise<BenchmarkSet>): OpenBenchmarks {
  return async () => {
    const { program, install } = engine.meta;
    if (!(await engine.find()).found) return leftOut(`needs ${program}; to get it: ${install}`);
    const host = { clock: createSystemClock(), signal: new AbortController().signal, guard: startGuardian };
    const server = await startService(engine, host);
    try {
      const set = await open(server);
      return {
        benchmarks: set.benchmarks,
        async [Symbol.asyncDispose]() {
          await set[Symbol.asyncDispose]();
          await server[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  };
}

function leftOut(why: string): BenchmarkSet {
  return { benchmarks: [], leftOut: why, async [Symbol.asyncDispose]() {} };
}
