import { defineConfig } from 'vitest/config';
import { LongFirst } from './.ci/long-first.mjs';

// Unit and property tests run on the sources; end-to-end tests start programs from dist/, which `npm run build` makes.
// Real store engines, started when a suite asks for one.
const ENGINES = ['harness/services/testing/vitest-setup.ts'];
// They end what hangs. On a machine that does much else everything takes many times as long, and is right all the same.
const PATIENCE = { hookTimeout: 180_000, expect: { poll: { timeout: 60_000 } } };

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,harness,reports,fixtures}/**/*.test.ts'],
          exclude: ['**/*.e2e.test.ts'],
          testTimeout: 120_000,
          ...PATIENCE,
          // Many wait for real engines: two cores are busy with three at once.
          maxWorkers: 3,
          globalSetup: ENGINES,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['{src,harness,reports,fixtures}/**/*.e2e.test.ts'],
          testTimeout: 600_000,
          ...PATIENCE,
          // Half of them wait for real time, the others compute: two cores are busy with four at once.
          maxWorkers: 4,
          globalSetup: ENGINES,
        },
      },
    ],
  },
});
