import { backoffs } from '../backoffs/index.ts';
import { situations } from '../checkers/situations.ts';
import { most } from '../model/extreme.ts';
import type {
  NotApplicable,
  Plan,
  PlannedBackoff,
  PlannedCall,
  PlannedFault,
  PlannedLimits,
  PlannedTarget,
} from '../model/plan.ts';
import { PLAN_SCHEMA, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import type { PlannedLoad } from '../model/planned-load.ts';
import { createPrng } from '../model/prng.ts';
import { unknownName } from '../model/usage-error.ts';
import { between } from './duration-law.ts';
import { applyOverrides, type Overrides } from './override.ts';
import { withBurns } from './planned-burn.ts';
import { knownOptions, loadOf, planCalls } from './planned-call.ts';
import { withRaces } from './planned-cancel.ts';
import { planFaults } from './planned-fault.ts';
import { chooseProcesses } from './process-choice.ts';
import type { Scenario } from './scenario-schema.ts';
import { chooseSettings } from './server-settings.ts';
import { missingFault, missingRace, missingWait } from './situation-need.ts';
import { chooseThresholds } from './threshold-choice.ts';

/** Added to the longest planned work where a scenario states no SLA. */
export const SLA_MARGIN_MS = 15_000;

/** Beyond so many calls the texts of their messages would be gigabytes, and nobody would read them. */
export const FULL_CALLS_MAX = 200_000;

export interface CompileInput {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly target: PlannedTarget;
  readonly overrides?: Overrides;
  /** Version of this package. */
  readonly claimcheck: string;
  readonly time?: Plan['time'];
}

/**
 * The whole plan of a run: every arrival, every fault and every default. Pure: the same input gives the same bytes. What the
 * target makes impossible is taken out and stands under notApplicable. Throws a UsageError for a wish that cannot be met.
 */
export function compile(input: CompileInput): Plan {
  const { scenario, seed, target: given, overrides = {}, claimcheck, time = 'real' } = input;
  const wanted = waitingItsWay(applyOverrides(scenario, overrides));
  const draw = createPrng(seed).fork('plan');
  const placed = chooseProcesses(wanted, given, time);
  const { processes: _given, ...alone } = given;
  const target = placed.processes === null ? alone : { ...alone, processes: placed.processes };
  const set = chooseSettings(wanted, target);
  const drawn = planCalls(wanted, target, draw.fork('calls'));
  const planned = planFaults(wanted, { target, time }, drawn, draw.fork('faults'));
  const { faults } = planned;
  const calls = withBurns(withRaces(drawn, faults, draw.fork('races')), faults);
  const notApplicable = [...placed.notApplicable, ...set.notApplicable, ...planned.notApplicable];
  const reached = chooseSituations(wanted, target, { calls, faults, notApplicable });
  const demanded = chooseThresholds(wanted.thresholds, target, set.notApplicable);
  const longestMs = ({ ms, fetchAfterMs = 0, answerAfterMs = 0 }: PlannedCall) => ms + fetchAfterMs + answerAfterMs;
  const ownMs = most(calls.map(longestMs)) + SLA_MARGIN_MS;
  // A limit that stands for the server's own is none where the server cannot be given one.
  const isUnset = set.notApplicable.some(({ id }) => id === 'slaMs');
  const slaMs = isUnset ? Math.max(wanted.slaMs ?? 0, ownMs) : (wanted.slaMs ?? ownMs);
  return {
    schema: PLAN_SCHEMA,
    claimcheck,
    scenario: wanted.name,
    title: wanted.title,
    seed,
    time,
    target: withTail(Object.keys(set.settings).length === 0 ? target : { ...target, settings: set.settings }, faults),
    agents: {
      count: wanted.agents.count,
      policy: target.dialect === 'blocking' ? 'blocking' : wanted.agents.policy,
      backoff: planBackoff(wanted),
      retry: { ...wanted.agents.retry, key: target.facts.key ? wanted.agents.retry.key : 'none' },
      busyMs: between(draw.fork('busy'), wanted.agents.busyMs),
    },
    load: planLoad(wanted),
    calls,
    faults,
    slaMs,
    limits: planLimits(wanted, calls, slaMs, faults),
    thresholds: demanded.thresholds,
    mustReach: reached.mustReach,
    notApplicable: [
      ...notApplicable,
      ...reached.notApplicable,
      ...demanded.notApplicable,
      ...lackingTools(wanted, target),
    ],
    record: wanted.record ?? (calls.length > FULL_CALLS_MAX ? 'heads' : 'full'),
    ...(time === 'virtual' ? { virtual: VIRTUAL_DEFAULTS } : {}),
  };
}

/** Some backoffs are a policy of their own; a work entry that names another keeps it. */
function waitingItsWay(scenario: Scenario): Scenario {
  const { agents } = scenario;
  const policy = backoffs[agents.backoff.id]?.meta.policy;
  return policy === undefined ? scenario : { ...scenario, agents: { ...agents, policy } };
}

/** A plan that wants to see the newest writes lost runs the engine so that it can lose them. */
function withTail(target: PlannedTarget, faults: readonly PlannedFault[]): PlannedTarget {
  const { services } = target;
  if (services === undefined || !faults.some(({ fault }) => fault === 'F21')) return target;
  return {
    ...target,
    services: services.map((one) => (one.uses.includes('store') ? { ...one, losesTail: true } : one)),
  };
}

function planLoad(scenario: Scenario): PlannedLoad {
  const { unit, options } = loadOf(scenario);
  const { id: _id, options: _options, ...measured } = scenario.load;
  return { id: unit.meta.id, model: unit.meta.model, options, ...measured };
}

function planBackoff({ agents: { backoff } }: Scenario): PlannedBackoff {
  const line = backoffs[backoff.id];
  if (!line) throw unknownName('backoff', backoff.id, Object.keys(backoffs));
  const known = line.meta.options;
  return { id: backoff.id, options: { ...known, ...knownOptions(`backoff ${backoff.id}`, known, backoff.options) } };
}

function planLimits(
  scenario: Scenario,
  calls: readonly PlannedCall[],
  slaMs: number,
  faults: readonly PlannedFault[],
): PlannedLimits {
  const { requestMs, readyMs, stopMs, blockingMs, runMs } = scenario.limits;
  const busiest = new Map<number, number>();
  for (const { agent, ms, thinkMs, busyMs, atMs, fetchAfterMs = 0, answerAfterMs = 0, cancelAfterMs } of calls) {
    // Beside its work a call may wait for its last poll and a retry or two.
    const heldMs = Math.max(ms + answerAfterMs, fetchAfterMs, cancelAfterMs ?? 0);
    const spent = (busiest.get(agent) ?? 0) + heldMs + thinkMs + busyMs + 2000;
    busiest.set(agent, Math.max(spent, atMs ?? 0));
  }
  // A fault costs its restart, and the whole time for which the server stands still.
  const struckMs = faults.reduce((sum, { options }) => sum + 1000 + Number(options.forMs ?? 0), 0);
  // A closed load that ends by the clock has more calls in its plan than it will come to.
  const loadMs = scenario.load.forMs ?? 2 * most(busiest.values());
  return {
    requestMs,
    blockingMs: blockingMs ?? slaMs,
    readyMs,
    // A limit, not an expectation: it must end a run that hangs and never one that is merely slow.
    runMs: runMs ?? loadMs + 3 * slaMs + struckMs + 30_000,
    stopMs,
  };
}

/** Calls that were to ask for something and are plain work on this target. */
function lackingTools({ work }: Scenario, { facts }: PlannedTarget): NotApplicable[] {
  if (facts.asking || !work.some(({ tool }) => tool === 'asking')) return [];
  const reason = 'the profile names no work that asks for input; these calls do the same work without a question';
  return [{ kind: 'work', id: 'asking', reason }];
}

function chooseSituations(
  { mustReach }: Scenario,
  target: PlannedTarget,
  plan: Pick<Plan, 'calls' | 'faults' | 'notApplicable'>,
): Pick<Plan, 'mustReach' | 'notApplicable'> {
  const policies = new Set(plan.calls.map(({ policy }) => policy));
  const notApplicable: NotApplicable[] = [];
  const reachable = [...new Set(mustReach)].sort().filter((id) => {
    const situation = Object.hasOwn(situations, id) ? situations[id] : undefined;
    if (!situation) throw unknownName('situation', id, Object.keys(situations), 'mustReach');
    const reason =
      situation.applicable(target) ??
      missingFault(id, plan.faults, plan.notApplicable) ??
      missingRace(id, plan) ??
      missingWait(id, target, { policies, faults: plan.faults });
    if (reason !== null) notApplicable.push({ kind: 'situation', id, reason });
    return reason === null;
  });
  return { mustReach: reachable, notApplicable };
}
