import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { compile } from '../plan/compile.ts';
import { applyOverrides } from '../plan/override.ts';
import { loadScenario, scenarioNames } from '../plan/scenario-file.ts';
import { checkThresholds } from '../plan/threshold-choice.ts';
import { probeServer } from '../run/probe.ts';
import type { Command } from './command.ts';
import {
  addOutputOptions,
  addScenarioOptions,
  chosenReporters,
  type OutputFlags,
  overridesOf,
  type ScenarioFlags,
  seedOf,
} from './run-options.ts';
import { runSeries } from './series.ts';
import { addTargetOptions, resolveFlags, type TargetFlags } from './target-options.ts';

/** The scenario that shows everything in about a minute. */
const DEFAULT_SCENARIO = 'tour';

/** Real processes, real time: scenarios against a target, one after another. */
export const run: Command = {
  name: 'run',
  summary: `run scenarios against a server (default: ${DEFAULT_SCENARIO}, about a minute, against the reference server)`,
  attach(parser, context) {
    parser.argument('[scenario...]', "names (claimcheck list scenarios) or paths of files; 'all' runs every one");
    addTargetOptions(parser);
    addScenarioOptions(parser);
    addOutputOptions(parser);
    parser.action(async (names: readonly string[], flags: TargetFlags & ScenarioFlags & OutputFlags) => {
      // All that can be wrong with the command is found before anything is started.
      const scenarios = chosenScenarios(names).map(loadScenario);
      const chosen = await chosenReporters(flags);
      const overrides = overridesOf(flags);
      for (const scenario of scenarios) checkThresholds(applyOverrides(scenario, overrides).thresholds);
      const target = await resolveFlags(flags, (request) => probeServer(request, context.signal));
      const seed = seedOf(flags, target.planned);
      const plans = scenarios.map((scenario) => {
        const input = { scenario, seed, overrides, claimcheck: context.package.version };
        return withinReach(compile({ ...input, target: target.planned }), target.callsMax);
      });
      context.end(await runSeries({ plans, target, flags, reporters: chosen, context }));
    });
  },
};

/** A tool that takes only numbers from a range can tell so many calls apart and no more. */
function withinReach(plan: Plan, callsMax: number | null): Plan {
  if (callsMax === null || plan.calls.length <= callsMax) return plan;
  throw new UsageError(
    `${plan.scenario} has ${plan.calls.length} calls, and {{number}} in the profile tells ${callsMax} apart; widen its range or --set calls=${callsMax}`,
  );
}

function chosenScenarios(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [DEFAULT_SCENARIO];
  if (!names.includes('all')) return [...new Set(names)];
  if (names.length > 1)
    throw new UsageError(`'all' is every scenario; leave out ${names.filter((name) => name !== 'all').join(', ')}`);
  return scenarioNames();
}
