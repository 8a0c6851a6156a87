/**
 * `import 'claimcheck/vitest'` in a test, or in a setup file, adds matchers for servers to Vitest's expect:
 *
 *     await expect({ server: 'node my-server.js' }).toSurvive('crash-mid-task');
 *
 * Adding them is all that importing this does. A run takes as long as its scenario, so give the test a limit of its own.
 */
import { expect } from 'vitest';
import type { RunChoice, ScenarioChoice } from './choice.ts';
import { toMatchBaseline, toMeet, toSurvive } from './matchers.ts';

export type { RunChoice, ScenarioChoice, ServerUnderTest } from './choice.ts';

expect.extend({ toSurvive, toMeet, toMatchBaseline });

declare module 'vitest' {
  interface Matchers<T> {
    /** No invariant is violated in this scenario, every demanded situation is reached, every threshold met. Throws where that is unknown. */
    toSurvive(scenario: string, choice?: RunChoice): Promise<void>;
    /** This threshold is met, for example 'detection-lag.p95 < 800ms'. Throws where nothing was measured. */
    toMeet(threshold: string, choice?: ScenarioChoice): Promise<void>;
    /** The run is as good as the one in this file, which is written when it is not there. Throws where they cannot be compared. */
    toMatchBaseline(file: string, choice?: ScenarioChoice): Promise<void>;
  }
}
