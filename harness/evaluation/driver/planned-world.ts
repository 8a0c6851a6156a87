import type { Complete } from '../model-agent/completion.ts';
import { playerOf } from '../model-agent/model-play.ts';
import { loadPolicies } from './policy-choice.ts';
import { createWorldDrive } from './world-drive.ts';
import { planWorld } from './world-plan.ts';
import { type InstancesById, sittingsOf, type WorldTask } from './world-task.ts';

export interface WorldSource {
  readonly instances: InstancesById;
  /** Where the model is asked, if there is one. */
  readonly complete?: Complete | undefined;
}

/** The plan of a world, who plays in it, and what its results are afterwards; the same in real and in virtual time. */
export async function openWorld(task: WorldTask, { instances, complete }: WorldSource) {
  const sittings = sittingsOf(task, instances);
  const { plan, seats } = planWorld({ ...task, sittings });
  const model = playerOf(task.model, complete);
  const policies = await loadPolicies(model === undefined ? sittings.map(({ agent }) => agent) : []);
  return { plan, ...createWorldDrive({ sittings, seats, policies, rules: task.rules, isAudited: false, model }) };
}
