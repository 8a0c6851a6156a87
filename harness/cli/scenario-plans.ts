import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { compile } from '../plan/compile.ts';
import { applyOverrides } from '../plan/override.ts';
import { loadScenario, scenarioNames } from '../plan/scenario-file.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import { checkThresholds, refuseBaselines } from '../plan/threshold-choice.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { Output } from './output.ts';
import { overridesOf, type ScenarioFlags, seedOf } from './run-options.ts';

/** The scenario that shows everything. */
export const DEFAULT_SCENARIO = 'tour';

/** The scenarios named, found and checked with what is changed about them, before anything is started. */
export function chooseScenarios(names: readonly string[], flags: ScenarioFlags): readonly Scenario[] {
  const scenarios = namesOf(names).map(loadScenario);
  const overrides = overridesOf(flags);
  refuseBaselines(flags.threshold ?? []);
  for (const scenario of scenarios) checkThresholds(applyOverrides(scenario, overrides).thresholds);
  return scenarios;
}

/** Those that can be run in real time. What takes hours or another clock is refused by name; of all, it is left out, and said. */
export function inRealTime(
  scenarios: readonly Scenario[],
  names: readonly string[],
  { warn }: Pick<Output, 'warn'>,
): readonly Scenario[] {
  return within({
    scenarios,
    names,
    warn,
    only: 'virtual',
    time: 'real',
    command: 'simulate',
    what: ['takes', 'take'],
  });
}

/** Those that can be run in virtual time: not those that need several processes. */
export function inVirtualTime(
  scenarios: readonly Scenario[],
  names: readonly string[],
  { warn }: Pick<Output, 'warn'>,
): readonly Scenario[] {
  return within({ scenarios, names, warn, only: 'real', time: 'virtual', command: 'run', what: ['needs', 'need'] });
}

const WHY = { virtual: 'hours or another clock', real: 'several processes' } as const;

function within(choice: {
  readonly scenarios: readonly Scenario[];
  readonly names: readonly string[];
  readonly warn: (text: string) => void;
  /** What cannot be run here. */
  readonly only: 'virtual' | 'real';
  readonly time: Plan['time'];
  /** What runs it. */
  readonly command: string;
  readonly what: readonly [one: string, several: string];
}): readonly Scenario[] {
  const { scenarios, names, only, time, what } = choice;
  const left = scenarios.filter((scenario) => scenario.time === only).map(({ name }) => name);
  if (left.length === 0) return scenarios;
  const why = `${left.length === 1 ? what[0] : what[1]} ${WHY[only]}`;
  const command = `claimcheck ${choice.command} ${left.join(' ')}`;
  if (!names.includes('all')) throw new UsageError(`${left.join(', ')}: ${why}; in ${only} time it is: ${command}`);
  choice.warn(`left out in ${time} time: ${left.join(', ')} (${why}); run with: ${command}`);
  return scenarios.filter((scenario) => scenario.time !== only);
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
