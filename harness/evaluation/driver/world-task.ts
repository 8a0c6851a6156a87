import type { Instance } from '../../model/evaluation/instance.ts';
import type { Plan, PlannedTarget } from '../../model/plan.ts';
import type { Scenario } from '../../plan/scenario-schema.ts';
import type { ModelPlay } from '../model-agent/model-play.ts';
import type { EpisodeRules, Sitting } from './sitting.ts';

/** A sitting with the id of its instance: whoever runs it has the data set. */
export type PlainSitting = Omit<Sitting, 'instance'> & { readonly instance: string };

/** Agents on one server, from its start to its end. No two of them have the same instance. */
export interface WorldTask {
  /** Names it among all of an evaluation. */
  readonly name: string;
  readonly seed: number;
  readonly time: Plan['time'];
  readonly target: PlannedTarget;
  readonly scenario: Scenario;
  readonly rules: EpisodeRules;
  readonly sittings: readonly PlainSitting[];
  readonly claimcheck: string;
  /** What plays the sittings in place of policies; left out: policies do. */
  readonly model?: ModelPlay;
}

export type InstancesById = ReadonlyMap<string, Instance>;

/** Puts the instances back in their places. */
export function sittingsOf(task: WorldTask, instances: InstancesById): readonly Sitting[] {
  return task.sittings.map(({ instance: id, ...rest }) => {
    const instance = instances.get(id);
    if (instance === undefined) throw new Error(`expected the instance ${id} in the data set of ${instances.size}`);
    return { ...rest, instance };
  });
}
