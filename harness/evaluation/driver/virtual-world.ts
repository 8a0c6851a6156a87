import type { Simulation } from '../../simulate/simulation.ts';
import { loadPolicies } from './policy-choice.ts';
import { createWorldDrive, type SittingResult } from './world-drive.ts';
import { planWorld } from './world-plan.ts';
import { type InstancesById, sittingsOf, type WorldTask } from './world-task.ts';

/** Runs one world in virtual time: the same task gives the same results. Throws what the simulation throws. */
export async function runVirtualWorld(
  task: WorldTask,
  {
    simulation,
    instances,
    signal,
  }: {
    readonly simulation: Pick<Simulation, 'run'>;
    readonly instances: InstancesById;
    readonly signal: AbortSignal;
  },
): Promise<readonly SittingResult[]> {
  const sittings = sittingsOf(task, instances);
  const { plan, seats } = planWorld({ ...task, sittings });
  const policies = await loadPolicies(sittings.map(({ agent }) => agent));
  const { drive, onEvent, results } = createWorldDrive({
    sittings,
    seats,
    policies,
    rules: task.rules,
    isAudited: false,
  });
  await simulation.run({ plan, onEvent, drive, signal });
  return results();
}
