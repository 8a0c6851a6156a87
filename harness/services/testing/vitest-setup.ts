/**
 * Vitest's global set-up: engines for suites that need real ones. Suites use them through src/stores/testing/engine.ts, which
 * imports nothing from here; an engine is started when the first suite asks for it, and ends with the test run.
 */
import type { TestProject } from 'vitest/node';
import { openEngineBroker } from './engine-broker.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await openEngineBroker();
  project.provide('engines', { broker: broker.broker, needs: broker.needs });
  return async () => broker[Symbol.asyncDispose]();
}
