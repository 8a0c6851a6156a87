import { agents } from '../agents/index.ts';
import { backoffs } from '../backoffs/index.ts';
import { faults } from '../faults/index.ts';
import type { Plan } from '../model/plan.ts';
import { loadUnit, type Registry } from '../model/registry.ts';
import type { RunUnits } from './course.ts';

/** Loads the units a plan names. A UsageError lists the known ones: a saved plan may be older or newer than this program. */
export async function loadUnits(plan: Plan): Promise<RunUnits> {
  const policies = [plan.agents.policy, ...plan.calls.map(({ policy }) => policy)];
  return {
    faults: await loadFaults(plan),
    policies: await loadNamed(agents, 'agent', policies),
    backoff: await loadUnit(backoffs, 'backoff', plan.agents.backoff.id),
  };
}

/** The faults alone: a client that is not ours has no policy and no backoff that we would know. */
export function loadFaults(plan: Pick<Plan, 'faults'>): Promise<RunUnits['faults']> {
  return loadNamed(
    faults,
    'fault',
    plan.faults.map(({ fault }) => fault),
  );
}

async function loadNamed<
  Unit extends { readonly meta: { readonly id: string; readonly title: string; readonly description: string } },
>(registry: Registry<Unit>, kind: string, ids: readonly string[]): Promise<ReadonlyMap<string, Unit>> {
  const loaded = new Map<string, Unit>();
  for (const id of new Set(ids)) loaded.set(id, await loadUnit(registry, kind, id));
  return loaded;
}
