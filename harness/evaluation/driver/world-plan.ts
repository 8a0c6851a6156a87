import { backoffs } from '../../backoffs/index.ts';
import { faultUnits } from '../../faults/index.ts';
import { type NotApplicable, PLAN_SCHEMA, type Plan, type PlannedTarget, VIRTUAL_DEFAULTS } from '../../model/plan.ts';
import { createPrng } from '../../model/prng.ts';
import { planFaults } from '../../plan/planned-fault.ts';
import type { Scenario } from '../../plan/scenario-schema.ts';
import { chooseSettings } from '../../plan/server-settings.ts';
import { callsOf, type Seat, seatFor } from './seat.ts';
import type { EpisodeRules, Sitting } from './sitting.ts';

// What no work of a data set takes: an agent's host waits so long for a result before it gives it up for lost.
const SLA_MS = 900_000;
// Every episode has its own limit; this one ends a run that hangs.
const RUN_MS = 7 * 86_400_000;
// The work of all agents goes on at once: what waits for a worker would take longer than its law says.
const CONCURRENCY = 10_000;

// What the server tells clients to wait where it knows nothing better, when time is not scaled.
const POLL_MS = 500;

export interface WorldPlan {
  readonly plan: Plan;
  /** One for each sitting, in their order. */
  readonly seats: readonly Seat[];
}

export interface WorldPlanOptions {
  readonly sittings: readonly Sitting[];
  readonly target: PlannedTarget;
  /** Its faults strike the gold calls of the sittings; its agents say how requests are repeated and results are polled. */
  readonly scenario: Scenario;
  readonly seed: number;
  readonly time: Plan['time'];
  readonly rules: EpisodeRules;
  readonly claimcheck: string;
}

/**
 * The plan of one world: a server, and one agent for each sitting. No two sittings may have the same instance, since the
 * names of its workspaces are the same. Pure: the same options give the same plan.
 */
export function planWorld(options: WorldPlanOptions): WorldPlan {
  const { sittings, scenario, seed, time, rules, claimcheck } = options;
  const { timeScale } = rules;
  let firstCall = 1;
  const seats = sittings.map(({ instance, latencyMs }, index) => {
    const msOf = (step: string) => (latencyMs[step] ?? 0) * timeScale;
    const seat = seatFor({ agent: index + 1, instance, msOf, firstCall });
    firstCall += callsOf(seat).length;
    return seat;
  });
  // A server that hurries must be asked as often as it hurries, or all results come with the next look at them.
  const pace = timeScale === 1 ? {} : { pollIntervalMs: Math.max(1, Math.round(POLL_MS * timeScale)) };
  const server = { ...pace, ...scenario.server, concurrency: CONCURRENCY };
  const set = chooseSettings({ server }, options.target);
  const target = { ...options.target, settings: set.settings };
  const gold = seats.flatMap((seat) => [...seat.gold.values()]);
  const planned = planFaults(
    fittedTo(scenario, gold.length),
    { target, time },
    gold,
    createPrng(seed, 'evaluation').fork('faults'),
  );
  const { agents, limits } = scenario;
  const known = backoffs[agents.backoff.id]?.meta.options;
  const plan: Plan = {
    schema: PLAN_SCHEMA,
    claimcheck,
    scenario: scenario.name,
    title: `Evaluation: ${scenario.title}`,
    seed,
    time,
    target,
    agents: {
      count: seats.length,
      policy: agents.policy,
      backoff: { id: agents.backoff.id, options: { ...known, ...agents.backoff.options } },
      retry: { ...agents.retry, key: target.facts.key ? agents.retry.key : 'none' },
      busyMs: 0,
    },
    load: { id: 'closed', model: 'closed', options: {} },
    calls: seats.flatMap(callsOf),
    faults: planned.faults,
    slaMs: SLA_MS * timeScale,
    limits: {
      requestMs: limits.requestMs,
      blockingMs: SLA_MS * timeScale,
      readyMs: limits.readyMs,
      runMs: RUN_MS,
      stopMs: limits.stopMs,
    },
    thresholds: [],
    mustReach: [],
    notApplicable: [...set.notApplicable, ...planned.notApplicable, ...notJudged()],
    record: 'heads',
    ...(time === 'virtual' ? { virtual: VIRTUAL_DEFAULTS } : {}),
  };
  return { plan, seats };
}

/** What holds effects against the plan: these agents decide what they call while it runs, and the token follows from that. */
const OF_PLANNED_EFFECTS = [
  'broken-keys',
  'duplicate-effects',
  'effects-after-refusal',
  'late-effects',
  'missing-effects',
  'phantom-effects',
] as const;

function notJudged(): readonly NotApplicable[] {
  const reason =
    'what an agent of an evaluation calls is its own choice; the measures of the evaluation judge its effects';
  return OF_PLANNED_EFFECTS.map((id) => ({ kind: 'checker', id, reason }));
}

/**
 * The scenario's faults for so many calls: the same share of the calls is struck as in its own run. A server is not killed more
 * often for that: its agents work at the same time.
 */
function fittedTo(scenario: Scenario, callCount: number): Scenario {
  const share = callCount / scenario.calls;
  const faults = scenario.faults.flatMap((entry) => {
    if (entry.count === undefined) return [entry];
    const isStrike = faultUnits[entry.fault]?.meta.kind === 'process';
    const count = Math.round(entry.count * (isStrike ? Math.min(1, share) : share));
    return count === 0 ? [] : [{ ...entry, count }];
  });
  return { ...scenario, faults };
}
