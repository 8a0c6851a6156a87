import { UsageError } from '../model/usage-error.ts';
import type { Command } from './command.ts';
import {
  addOutputOptions,
  addScenarioOptions,
  chosenReporters,
  type OutputFlags,
  type ScenarioFlags,
} from './run-options.ts';
import { chooseScenarios, DEFAULT_SCENARIO, inVirtualTime, planScenarios } from './scenario-plans.ts';
import { runSeries } from './series.ts';
import { refuseEngines } from './service-options.ts';
import { addTargetOptions, resolveFlags, type TargetFlags } from './target-options.ts';
import { virtualProbes } from './virtual-probes.ts';

/** The same scenarios in virtual time, with the server in this process. */
export const simulate: Command = {
  name: 'simulate',
  summary: `run scenarios in virtual time, exactly repeatable, with the server in a thread (default: ${DEFAULT_SCENARIO})`,
  attach(parser, context) {
    parser.argument('[scenario...]', "names (claimcheck list scenarios) or paths of files; 'all' runs every one");
    addTargetOptions(parser);
    addScenarioOptions(parser);
    addOutputOptions(parser);
    parser.action(async (names: readonly string[], flags: TargetFlags & ScenarioFlags & OutputFlags) => {
      const scenarios = inVirtualTime(chooseScenarios(names, flags), names, context.output);
      const chosen = await chosenReporters(flags);
      refuseProcesses(flags);
      const target = await resolveFlags(flags, virtualProbes(context.signal));
      const plans = planScenarios(scenarios, { flags, target, time: 'virtual', claimcheck: context.package.version });
      context.end(await runSeries({ plans, target, flags, reporters: chosen, context }));
    });
  },
};

/** Only code that runs in this thread can be given another time. */
export function refuseProcesses(flags: TargetFlags): void {
  refuseEngines(flags);
  const { server, url, replicas = 1, workers = 0 } = flags;
  if (replicas > 1 || workers > 0) {
    const name = replicas > 1 ? '--replicas' : '--workers';
    throw new UsageError(
      `${name} asks for several processes, and in virtual time a server is one; use claimcheck run.`,
    );
  }
  const given = server === undefined ? url && '--url' : '--server';
  if (given === undefined || given === '') return;
  throw new UsageError(
    `${given} names a process, which keeps its own time. Give --module FILE (it exports createServer), or run it in real time: claimcheck run.`,
  );
}
