import type { Simulation } from '../../simulate/simulation.ts';
import type { Complete } from '../model-agent/completion.ts';
import { playerOf } from '../model-agent/model-play.ts';
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
    complete,
  }: {
    readonly simulation: Pick<Simulation, 'run'>;
    readonly instances: InstancesById;
    readonly signal: AbortSignal;
    /** Where the model is asked, if there is one. */
    readonly complete?: Complete | undefined;
  },
): Promise<readonly SittingResult[]> {
  const sittings = sittingsOf(task, instances);
  const { plan, seats } = planWorld({ ...task, sittings });
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
  await simulation.run({ plan, onEvent, drive, signal });
  return results();
}
