import { PLAN_SCHEMA, type Plan, type PlannedCall } from '../plan.ts';

/** A small plan for tests: one agent, `callCount` calls against a reference server that can do everything. */
export function samplePlan(callCount = 1): Plan {
  return {
    schema: PLAN_SCHEMA,
    claimcheck: '0.0.0',
    scenario: 'sample',
    title: 'Sample',
    seed: 1,
    time: 'real',
    target: {
      kind: 'reference',
      dialect: 'tasks-2026-07-28',
      transport: 'http',
      store: 'sqlite',
      queue: 'local',
      profile: {},
      facts: {
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
        durable: true,
        modes: ['repeatable', 'plain', 'error', 'throw', 'exit', 'burn'],
        tools: ['work', 'effect'],
      },
    },
    agents: {
      count: 1,
      policy: 'poller',
      backoff: { id: 'fixed', options: {} },
      retry: { key: 'same', attemptsMax: 3, delayMs: 10, factor: 2, delayMsMax: 100 },
      busyMs: 0,
    },
    load: { id: 'closed', model: 'closed', options: {} },
    calls: Array.from({ length: callCount }, (_, index) => sampleCall(index + 1)),
    faults: [],
    slaMs: 10_000,
    limits: { requestMs: 2000, blockingMs: 5000, readyMs: 5000, runMs: 60_000, stopMs: 2000 },
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
