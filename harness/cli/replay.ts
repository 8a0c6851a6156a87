import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readPlan } from '../judge/plan-file.ts';
import { isRunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { restoreTarget } from '../targets/index.ts';
import type { Command } from './command.ts';
import { addOutputOptions, chosenReporters, type OutputFlags } from './run-options.ts';
import { runSeries } from './series.ts';

/** Runs a saved plan again in real time: the same workload and the same faults; how it ends may differ. */
export const replay: Command = {
  name: 'replay',
  summary: 'run a saved plan again: a run directory or a plan.json',
  attach(parser, context) {
    parser.argument('<path>', 'a run directory or a plan.json');
    addOutputOptions(parser);
    parser.action(async (path: string, flags: OutputFlags) => {
      const saved = await readPlan(planFile(resolve(context.cwd, path), path));
      const chosen = await chosenReporters(flags);
      const plan = { ...saved, claimcheck: context.package.version };
      const target = restoreTarget(plan.target);
      if (!plan.target.facts.process) {
        context.output.warn(
          'this server was not restarted: to the keys of the saved run it may give the tasks of then',
        );
      }
      context.end(await runSeries({ plans: [plan], target, flags, reporters: chosen, context }));
    });
  },
};

function planFile(path: string, given: string): string {
  if (!existsSync(path)) throw new UsageError(`${given} does not exist; expected a run directory or a plan.json`);
  if (!statSync(path).isDirectory()) return path;
  if (!isRunDirectory(path)) throw new UsageError(`${given} is not a run directory: it holds no plan.json`);
  return runDirectory(path).plan;
}
