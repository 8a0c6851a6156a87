import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { compile } from '../plan/compile.ts';
import { applyOverrides } from '../plan/override.ts';
import { loadScenario, scenarioNames } from '../plan/scenario-file.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import { checkThresholds } from '../plan/threshold-choice.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { Output } from './output.ts';
import { overridesOf, type ScenarioFlags, seedOf } from './run-options.ts';

/** The scenario that shows everything. */
export const DEFAULT_SCENARIO = 'tour';

/** The scenarios named, found and checked with what is changed about them, before anything is started. */
export function chooseScenarios(names: readonly string[], flags: ScenarioFlags): readonly Scenario[] {
  const scenarios = namesOf(names).map(loadScenario);
  const overrides = overridesOf(flags);
  for (const scenario of scenarios) checkThresholds(applyOverrides(scenario, overrides).thresholds);
  return scenarios;
}

/** Those that can be run in real time. What takes hours or another clock is refused by name; of all, it is left out, and said. */
export function inRealTime(
  scenarios: readonly Scenario[],
  names: readonly string[],
  { warn }: Pick<Output, 'warn'>,
): readonly Scenario[] {
  const virtual = scenarios.filter(({ time }) => time === 'virtual').map(({ name }) => name);
  if (virtual.length === 0) return scenarios;
  const what = virtual.length === 1 ? 'takes hours or another clock' : 'take hours or another clock';
  const command = `claimcheck simulate ${virtual.join(' ')}`;
  if (!names.includes('all')) throw new UsageError(`${virtual.join(', ')}: ${what}; in virtual time it is: ${command}`);
  warn(`left out in real time: ${virtual.join(', ')} (${what}); run with: ${command}`);
  return scenarios.filter(({ time }) => time !== 'virtual');
}

export interface PlanningOptions {
  readonly flags: ScenarioFlags;
  readonly target: ResolvedTarget;
  readonly time: Plan['time'];
  /** Version of this package. */
  readonly claimcheck: string;
}

/** One whole plan for each scenario. */
export function planScenarios(
  scenarios: readonly Scenario[],
  { flags, target, time, claimcheck }: PlanningOptions,
): readonly Plan[] {
  const seed = seedOf(flags, target.planned);
  const overrides = overridesOf(flags);
  return scenarios.map((scenario) => {
    const plan = compile({ scenario, seed, overrides, claimcheck, time, target: target.planned });
    return withinReach(plan, target.callsMax);
  });
}

/** A tool that takes only numbers from a range can tell so many calls apart and no more. */
function withinReach(plan: Plan, callsMax: number | null): Plan {
  if (callsMax === null || plan.calls.length <= callsMax) return plan;
  throw new UsageError(
    `${plan.scenario} has ${plan.calls.length} calls, and {{number}} in the profile tells ${callsMax} apart; widen its range or --set calls=${callsMax}`,
  );
}

function namesOf(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [DEFAULT_SCENARIO];
  if (!names.includes('all')) return [...new Set(names)];
  if (names.length > 1)
    throw new UsageError(`'all' is every scenario; leave out ${names.filter((name) => name !== 'all').join(', ')}`);
  return scenarioNames();
}
