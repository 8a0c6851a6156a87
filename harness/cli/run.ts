import { probeServer } from '../run/probe.ts';
import type { Command } from './command.ts';
import {
  addOutputOptions,
  addScenarioOptions,
  chosenReporters,
  type OutputFlags,
  type ScenarioFlags,
} from './run-options.ts';
import { chooseScenarios, DEFAULT_SCENARIO, inRealTime, planScenarios } from './scenario-plans.ts';
import { runSeries } from './series.ts';
import { addTargetOptions, refuseSimulatedStore, resolveFlags, type TargetFlags } from './target-options.ts';

/** Real processes, real time: scenarios against a target, one after another. */
export const run: Command = {
  name: 'run',
  summary: `run scenarios against a server (default: ${DEFAULT_SCENARIO}, half a minute, against the reference server)`,
  attach(parser, context) {
    parser.argument('[scenario...]', "names (claimcheck list scenarios) or paths of files; 'all' runs every one");
    addTargetOptions(parser);
    addScenarioOptions(parser);
    addOutputOptions(parser);
    parser.action(async (names: readonly string[], flags: TargetFlags & ScenarioFlags & OutputFlags) => {
      // All that can be wrong with the command is found before anything is started.
      const scenarios = inRealTime(chooseScenarios(names, flags), names, context.output);
      refuseSimulatedStore(flags);
      const chosen = await chosenReporters(flags);
      const target = await resolveFlags(flags, {
        probe: (request) => probeServer(request, context.signal),
      });
      const plans = planScenarios(scenarios, { flags, target, time: 'real', claimcheck: context.package.version });
      context.end(await runSeries({ plans, target, flags, reporters: chosen, context }));
    });
  },
};
