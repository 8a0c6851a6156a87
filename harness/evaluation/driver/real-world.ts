import { mkdirSync, writeFileSync } from 'node:fs';
import { loadUnits } from '../../execution/units.ts';
import { runDirectory } from '../../model/run-directory.ts';
import { runPlan } from '../../run/run.ts';
import { restoreTarget } from '../../targets/index.ts';
import type { Complete } from '../model-agent/completion.ts';
import { playerOf } from '../model-agent/model-play.ts';
import { loadPolicies } from './policy-choice.ts';
import { createWorldDrive, type SittingResult } from './world-drive.ts';
import { planWorld } from './world-plan.ts';
import { type InstancesById, sittingsOf, type WorldTask } from './world-task.ts';

/** Runs one world with real processes. Its plan, its history and what the server wrote stay in `directory`, which is new. */
export async function runRealWorld(
  task: WorldTask,
  options: {
    readonly directory: string;
    readonly instances: InstancesById;
    readonly signal: AbortSignal;
    /** Where the model is asked, if there is one. */
    readonly complete?: Complete | undefined;
  },
): Promise<readonly SittingResult[]> {
  const { complete } = options;
  const sittings = sittingsOf(task, options.instances);
  const { plan, seats } = planWorld({ ...task, sittings });
  const directory = runDirectory(options.directory);
  mkdirSync(directory.path, { recursive: true });
  writeFileSync(directory.plan, `${JSON.stringify(plan, null, 2)}\n`);
  writeFileSync(directory.ledger, '');
  const model = playerOf(task.model, complete);
  const policies = await loadPolicies(model === undefined ? sittings.map(({ agent }) => agent) : []);
  const { drive, onEvent, results } = createWorldDrive({
    sittings,
    seats,
    policies,
    rules: task.rules,
    isAudited: false,
    model,
  });
  const target = restoreTarget(plan.target);
  await runPlan({ plan, units: await loadUnits(plan), target, directory, signal: options.signal, onEvent, drive });
  return results();
}
