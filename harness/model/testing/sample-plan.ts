import { PLAN_SCHEMA, type Plan, type PlannedCall, type PlannedTarget, type TargetFacts } from '../plan.ts';

/** What the reference server can do: everything. */
export const SAMPLE_FACTS: TargetFacts = {
  key: true,
  variesDuration: true,
  takesMs: 100,
  process: true,
  principals: true,
  scope: 'principal',
  effects: 'ordered',
  delivery: 'exactly-once',
  echo: true,
  cancel: true,
  failing: true,
  asking: true,
  durable: true,
  modes: [],
  tools: ['work'],
};

/** A target as the reference server is described, with what a test changes about its facts. */
export function sampleTarget(facts: Partial<TargetFacts> = {}): PlannedTarget {
  return {
    kind: 'reference',
    dialect: 'tasks-2026-07-28',
    transport: 'http',
    store: 'sqlite',
    queue: 'local',
    profile: null,
    facts: { ...SAMPLE_FACTS, ...facts },
  };
}

/** A small plan for tests: one agent that polls, `callCount` calls, no faults. */
export function samplePlan(callCount = 1): Plan {
  return {
    schema: PLAN_SCHEMA,
    claimcheck: '0.1.0',
    scenario: 'hand-written',
    title: 'A hand-written history',
    seed: 1,
    time: 'real',
    target: sampleTarget(),
    agents: {
      count: 1,
      policy: 'poller',
      backoff: { id: 'server-hint', options: {} },
      retry: { key: 'same', attemptsMax: 3, delayMs: 100, factor: 2, delayMsMax: 1000 },
      busyMs: 0,
    },
    load: { id: 'closed', model: 'closed', options: {} },
    calls: Array.from({ length: callCount }, (_, index) => sampleCall(index + 1)),
    faults: [],
    slaMs: 10_000,
    limits: { requestMs: 5000, blockingMs: 30_000, readyMs: 5000, runMs: 60_000, stopMs: 5000 },
    thresholds: [],
    mustReach: [],
    notApplicable: [],
    record: 'full',
  };
}

export function sampleCall(call: number): PlannedCall {
  return {
    call,
    agent: 1,
    atMs: null,
    thinkMs: 0,
    tool: 'work',
    ms: 100,
    mode: null,
    token: `token-${call}`,
    key: `key-${call}`,
    policy: 'poller',
    busyMs: 0,
    cancelAfterMs: null,
  };
}
