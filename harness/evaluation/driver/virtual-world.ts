import type { Simulation } from '../../simulate/simulation.ts';
import { openWorld, type WorldSource } from './planned-world.ts';
import type { SittingResult } from './world-drive.ts';
import type { WorldTask } from './world-task.ts';

/** Runs one world in virtual time: the same task gives the same results. Throws what the simulation throws. */
export async function runVirtualWorld(
  task: WorldTask,
  options: WorldSource & { readonly simulation: Pick<Simulation, 'run'>; readonly signal: AbortSignal },
): Promise<readonly SittingResult[]> {
  const { plan, drive, onEvent, results } = await openWorld(task, options);
  await options.simulation.run({ plan, onEvent, drive, signal: options.signal });
  return results();
}
