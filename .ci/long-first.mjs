// The order of test files: those that take longest first, so that none of them is begun when the others are done, and those
// that mostly wait beside those that compute. A file that is not named here comes after them, the larger the earlier.
import { existsSync } from 'node:fs';
import { BaseSequencer } from 'vitest/node';

const LONG = [
  // End to end: a file that computes, then one that waits, and so on.
  'harness/run/scenarios.e2e.test.ts',
  'fixtures/examples/modules.e2e.test.ts',
  'harness/cli/interpose.e2e.test.ts',
  'harness/cli/explore.e2e.test.ts',
  'harness/cli/outages.e2e.test.ts',
  'harness/cli/simulate.e2e.test.ts',
  'harness/cli/cli.e2e.test.ts',
  'harness/cli/gate.e2e.test.ts',
  'src/stores/combinations.e2e.test.ts',
  'harness/cli/hostile-server.e2e.test.ts',
  'fixtures/examples/examples.e2e.test.ts',
  'harness/cli/eval.e2e.test.ts',
  'harness/cli/compare.e2e.test.ts',
  'harness/cli/eval-model.e2e.test.ts',
  'harness/cli/load.e2e.test.ts',
  'harness/cli/bad-input.e2e.test.ts',
  'harness/cli/prove.e2e.test.ts',
  'harness/cli/recording.e2e.test.ts',
  // Units that wait for real engines to fail, to start and to come back.
  'src/stores/postgres-outage.test.ts',
  'src/queues/pg-boss.test.ts',
  'src/stores/store.test.ts',
  'src/queues/queue.test.ts',
  'src/stores/redis-tls.test.ts',
  'src/stores/exhaustion.test.ts',
  'harness/plan/compile.test.ts',
  'src/queues/bullmq.test.ts',
  'harness/services/services.test.ts',
  'reports/render.test.ts',
  'harness/plan/duration-law.test.ts',
];

export class LongFirst extends BaseSequencer {
  async sort(files) {
    const gone = LONG.filter((path) => !existsSync(path));
    if (gone.length > 0) throw new Error(`.ci/long-first.mjs names what is not there: ${gone.join(', ')}`);
    const rank = ({ moduleId }) => {
      const index = LONG.findIndex((path) => moduleId.endsWith(`/${path}`));
      return index < 0 ? LONG.length : index;
    };
    // Sorting is stable: what has no rank of its own stays as it was.
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
