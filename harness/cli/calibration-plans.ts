import type { DialectId } from '../model/operation.ts';
import type { Plan, PlannedWorld } from '../model/plan.ts';
import { compile } from '../plan/compile.ts';
import { keepFromPolls } from '../plan/poll-margin.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { overridesOf, type ScenarioFlags, seedOf } from './run-options.ts';
import { chooseScenarios, inRealTime, inVirtualTime } from './scenario-plans.ts';
import { refuseEngines } from './service-options.ts';
import { refuseSimulatedStore, resolveFlags, type TargetFlags } from './target-options.ts';
import { virtualProbes } from './virtual-probes.ts';

/** What is compared when nobody says otherwise; without faults all numbers are judged, with them fates and checks. */
const DEFAULT_SCENARIOS: readonly { readonly name: string; readonly isFaultless: boolean }[] = [
  { name: 'steady', isFaultless: true },
  { name: 'late-result', isFaultless: true },
  { name: 'synthetic-load', isFaultless: true },
  { name: 'crash-mid-task', isFaultless: false },
];

/** Then the server asks for few polls, so that work can end half a second from each: only a machine that stands still makes a tie. */
const DEFAULT_SETTINGS: readonly string[] = ['server.pollIntervalMs=1000'];

/** Every dialect in which a call gives a receipt first: where it does not, there is nothing to poll for. */
export const ASYNC_DIALECTS: readonly DialectId[] = ['handle', 'tasks-2025-11-25', 'tasks-2026-07-28'];

/** One plan in both times. */
export interface PlanPair {
  readonly target: ResolvedTarget;
  readonly real: Plan;
  readonly virtual: Plan;
  readonly isFaultless: boolean;
  readonly pollMarginMs: number | null;
}

export interface PairOptions {
  readonly names: readonly string[];
  readonly flags: ScenarioFlags &
    Pick<TargetFlags, 'store' | 'queue' | 'dialect' | 'transport'> & { readonly faultsOff?: boolean };
  readonly machine: PlannedWorld;
  readonly context: CommandContext;
}

/** The plans to run, dialect by dialect. The two of a pair differ in nothing but their time and what stands for the machine. */
export async function planPairs({ names, flags, machine, context }: PairOptions): Promise<readonly PlanPair[]> {
  refuseSimulatedStore(flags);
  refuseEngines(flags);
  const wanted = names.length > 0 ? names : DEFAULT_SCENARIOS.map(({ name }) => name);
  const scenarios = inVirtualTime(
    inRealTime(chooseScenarios(wanted, flags), wanted, context.output),
    wanted,
    context.output,
  );
  const isCalmed = (name: string) =>
    flags.faultsOff === true ||
    (names.length === 0 && DEFAULT_SCENARIOS.some((one) => one.name === name && one.isFaultless));
  const overrides = overridesOf(flags);
  const set = [...(names.length === 0 ? DEFAULT_SETTINGS : []), ...(overrides.set ?? [])];
  const pairs: PlanPair[] = [];
  for (const dialect of flags.dialect === undefined ? ASYNC_DIALECTS : [flags.dialect]) {
    // The reference server is known and is not asked; a server of one's own runs in one kind of time only.
    const target = await resolveFlags({ ...flags, dialect }, virtualProbes(context.signal));
    for (const scenario of scenarios) {
      const whole = compile({
        scenario,
        seed: seedOf(flags, target.planned),
        overrides: { ...overrides, set },
        claimcheck: context.package.version,
        target: target.planned,
      });
      pairs.push(pairOf(isCalmed(scenario.name) ? withoutFaults(whole) : whole, target, machine));
    }
  }
  return pairs;
}

function pairOf(plan: Plan, target: ResolvedTarget, machine: PlannedWorld): PlanPair {
  const isFaultless = plan.faults.length === 0;
  const { plan: real, marginMs } = isFaultless ? keepFromPolls(plan) : { plan, marginMs: null };
  const virtual: Plan = { ...real, time: 'virtual', virtual: machine };
  return { target, real, virtual, isFaultless, pollMarginMs: marginMs };
}

/** What only a fault could bring about is not asked for; how fast this machine is is another question. */
function withoutFaults(plan: Plan): Plan {
  return { ...plan, faults: [], notApplicable: [], mustReach: [], thresholds: [] };
}
