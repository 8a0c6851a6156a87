import type { Plan } from '../model/plan.ts';
import { probeServer } from '../run/probe.ts';
import type { Command } from './command.ts';
import { addLoadOptions, type LoadFlags } from './load-options.ts';
import { LOAD_SCENARIO, underLoad } from './load-scenario.ts';
import { loadText } from './load-table.ts';
import {
  addOutputOptions,
  addScenarioOptions,
  chosenReporters,
  type OutputFlags,
  type ScenarioFlags,
} from './run-options.ts';
import { chooseScenarios, inRealTime, planScenarios } from './scenario-plans.ts';
import { runSeries } from './series.ts';
import { addTargetOptions, refuseSimulatedStore, resolveFlags, type TargetFlags } from './target-options.ts';

type Flags = TargetFlags & ScenarioFlags & OutputFlags & LoadFlags;

/** A scenario's work at a rate or a concurrency, measured: open, closed or partly open load in real time. */
export const load: Command = {
  name: 'load',
  summary: `a scenario at a rate or a concurrency, with latencies from the intended start (default: ${LOAD_SCENARIO})`,
  attach(parser, context) {
    parser.argument('[scenario]', 'a name (claimcheck list scenarios) or the path of a file', LOAD_SCENARIO);
    addLoadOptions(parser);
    addTargetOptions(parser);
    addScenarioOptions(parser);
    addOutputOptions(parser);
    parser.action(async (name: string, flags: Flags) => {
      const chosen = inRealTime(chooseScenarios([name], flags), [name], context.output);
      refuseSimulatedStore(flags);
      const reporters = await chosenReporters(flags);
      const target = await resolveFlags(flags, { probe: (request) => probeServer(request, context.signal) });
      const scenarios = chosen.map((scenario) => underLoad(scenario, flags, target.planned));
      const plans = planScenarios(scenarios, { flags, target, time: 'real', claimcheck: context.package.version });
      const texts: string[] = [];
      const code = await runSeries({
        ...{ plans, target, flags, reporters, context },
        onFinished: ({ verdict }) => texts.push(...plans.map((plan: Plan) => loadText(plan, verdict))),
      });
      const ownsStdout = flags.json === true || reporters.some(({ meta }) => meta.ownsStdout);
      if (!ownsStdout) for (const text of texts) context.output.result(text);
      context.end(code);
    });
  },
};
