import { PLAN_SCHEMA, type Plan } from '../../harness/model/plan.ts';
import { createPrng } from '../../harness/model/prng.ts';
import { sampleTarget } from '../../harness/model/testing/sample-plan.ts';

/** When the sample's server is killed. */
export const KILLS_MS = [6000, 13_000, 21_500];

/** The plan of the sample: agents that poll, six workloads, three kills. */
export function samplePlan(seed: number, calls: number, agents: number, store: string): Plan {
  const draw = createPrng(seed, 'plan');
  const tools = [
    'generate_report',
    'analyze_code',
    'import_data',
    'search_pipeline',
    'automate_browser',
    'run_workflow',
    'effect',
  ];
  return {
    schema: PLAN_SCHEMA,
    claimcheck: '0.1.0',
    scenario: 'crash-mid-task',
    title: 'Server killed while tasks run',
    seed,
    time: 'real',
    target: { ...sampleTarget({ modes: ['repeatable', 'plain'] }), store },
    agents: {
      count: agents,
      policy: 'poller',
      backoff: { id: 'server-hint', options: {} },
      retry: { key: 'same', attemptsMax: 8, delayMs: 200, factor: 2, delayMsMax: 2000 },
      busyMs: 0,
    },
    load: { id: 'closed', model: 'closed', options: {} },
    calls: Array.from({ length: calls }, (_, index) => ({
      call: index + 1,
      agent: (index % agents) + 1,
      atMs: null,
      thinkMs: 0,
      tool: draw.pick(tools),
      ms: draw.integer(200, 5200),
      mode: null,
      token: `tok-${draw.hex(6)}`,
      key: `key-${index + 1}`,
      policy: 'poller',
      busyMs: 0,
      cancelAfterMs: null,
    })),
    faults: KILLS_MS.map((atMs, index) => ({
      entry: `F12#${index + 1}`,
      fault: 'F12',
      name: 'kill',
      trigger: { kind: 'time', atMs },
      options: { downMs: 500 },
    })),
    slaMs: 20_000,
    limits: { requestMs: 5000, blockingMs: 30_000, readyMs: 10_000, runMs: 120_000, stopMs: 10_000 },
    thresholds: ['lost == 0', 'detection-lag.p95 < 800ms'],
    mustReach: ['kill-mid-work'],
    notApplicable: [],
    record: 'full',
  };
}
