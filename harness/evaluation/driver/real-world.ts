import { mkdirSync, writeFileSync } from 'node:fs';
import { loadUnits } from '../../execution/units.ts';
import { runDirectory } from '../../model/run-directory.ts';
import { runPlan } from '../../run/run.ts';
import { restoreTarget } from '../../targets/index.ts';
import { openWorld, type WorldSource } from './planned-world.ts';
import type { SittingResult } from './world-drive.ts';
import type { WorldTask } from './world-task.ts';

/** Runs one world with real processes. Its plan, its history and what the server wrote stay in `directory`, which is new. */
export async function runRealWorld(
  task: WorldTask,
  options: WorldSource & { readonly directory: string; readonly signal: AbortSignal },
): Promise<readonly SittingResult[]> {
  const { plan, drive, onEvent, results } = await openWorld(task, options);
  const directory = runDirectory(options.directory);
  mkdirSync(directory.path, { recursive: true });
  writeFileSync(directory.plan, `${JSON.stringify(plan, null, 2)}\n`);
  writeFileSync(directory.ledger, '');
  const target = restoreTarget(plan.target);
  await runPlan({ plan, units: await loadUnits(plan), target, directory, signal: options.signal, onEvent, drive });
  return results();
}
