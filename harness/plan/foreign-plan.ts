import { faultUnits } from '../faults/index.ts';
import type { ForeignClient } from '../model/foreign-client.ts';
import type { NotApplicable, Plan, PlannedTarget } from '../model/plan.ts';
import { compile } from './compile.ts';
import { applyOverrides, type Overrides } from './override.ts';
import type { Scenario, ScenarioFault } from './scenario-schema.ts';

export interface ForeignPlanInput {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly target: PlannedTarget;
  readonly overrides: Overrides;
  readonly claimcheck: string;
  readonly client: ForeignClient;
  /** How many calls the client is expected to make: the faults are spread over them. */
  readonly calls: number;
}

const NOT_OUR_AGENT = 'the client is not ours: what it does when an answer is late or lost is its own';
const SAYS_NOTHING = 'a client that is not ours does not say what it does with its results';
/** Metrics of what an agent of the harness says of itself. */
const OF_AGENTS =
  /^(binding-|continuations-|duplicate-continuations|duplicate-knows|out-of-order-|inversion-|generator-|policy-|end-to-end)/;

/**
 * What will be done to a client that is not ours: the faults of a scenario, aimed at its first, second … call. The calls
 * themselves are its own and are read off the wire. Situations that the scenario must reach with the harness's agents are not demanded
 * of others: whether each fault bit is judged as ever.
 */
export function planForeign(input: ForeignPlanInput): Plan {
  const { scenario, seed, target, overrides, claimcheck, client, calls } = input;
  const own = applyOverrides(scenario, { ...overrides, faults: [], thresholds: [] });
  const wanted: Scenario = {
    ...own,
    calls,
    agents: { ...own.agents, count: 1, policy: 'poller' },
    // A foreign client asks for whatever it likes; all its calls are the same to the plan.
    work: own.work.slice(0, 1).map((work) => ({ ...work, tool: 'work', weight: 1, during: undefined })),
    load: { id: 'closed', options: {} },
    faults: fitting(own.faults, own.calls, calls),
    processes: undefined,
    server: {},
    thresholds: own.thresholds.filter((text) => !OF_AGENTS.test(text)),
    mustReach: [],
  };
  const { faults: asked, thresholds } = overrides;
  const rest = { ...(asked ? { faults: asked } : {}), ...(thresholds ? { thresholds } : {}) };
  const plan = compile({ scenario: wanted, seed, target, overrides: rest, claimcheck });
  const kept = plan.faults.filter(({ trigger }) => trigger.kind !== 'call');
  const dropped = plan.faults.filter(({ trigger }) => trigger.kind === 'call');
  return {
    ...plan,
    client,
    agents: { ...plan.agents, policy: 'foreign', backoff: { id: 'foreign', options: {} } },
    load: { id: 'foreign', model: 'closed', options: {} },
    calls: [],
    faults: kept,
    notApplicable: [
      ...plan.notApplicable,
      ...dropped.map(({ fault, name }): NotApplicable => ({ kind: 'fault', id: fault, name, reason: NOT_OUR_AGENT })),
      ...own.thresholds
        .filter((text) => OF_AGENTS.test(text))
        .map((id): NotApplicable => ({ kind: 'threshold', id, reason: SAYS_NOTHING })),
    ],
  };
}

/** As dense as in the scenario, at least one of each kind, and no more than there are calls to hit. */
function fitting(faults: readonly ScenarioFault[], before: number, calls: number): ScenarioFault[] {
  let left = calls;
  return faults.flatMap((entry): ScenarioFault[] => {
    const isOfCalls = entry.count !== undefined;
    if (!isOfCalls || isOfAgents(entry)) return isOfCalls ? [] : [entry];
    const count = Math.min(left, Math.max(1, Math.round(((entry.count ?? 0) * calls) / before)));
    left -= count;
    // What chooses its calls by their place in the run finds too few of them in a short one.
    return count === 0 ? [] : [{ ...entry, count, during: undefined }];
  });
}

function isOfAgents({ fault, options }: ScenarioFault): boolean {
  return faultUnits[fault]?.meta.kind === 'agent' || (fault === 'F8' && options.form === 'probe');
}
