import { defineConfig } from 'vitest/config';
import { LongFirst } from './.ci/long-first.mjs';

// Unit and property tests run on the sources; end-to-end tests start programs from dist/, which `npm run build` makes.
// Real store engines, started when a suite asks for one.
const ENGINES = ['harness/services/testing/vitest-setup.ts'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,harness,reports,fixtures}/**/*.test.ts'],
          exclude: ['**/*.e2e.test.ts'],
          testTimeout: 20_000,
          // Many wait for real engines: two cores are busy with three at once.
          maxWorkers: 3,
          globalSetup: ENGINES,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['{src,harness,reports,fixtures}/**/*.e2e.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Half of them wait for real time, the others compute: two cores are busy with four at once.
          maxWorkers: 4,
          globalSetup: ENGINES,
        },
      },
    ],
  },
});
