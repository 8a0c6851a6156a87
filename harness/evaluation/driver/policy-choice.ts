import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { loadUnit } from '../../model/registry.ts';
import { UsageError, unknownName } from '../../model/usage-error.ts';
import { policies } from '../policies/index.ts';

/** The policies of these ids, each once. A UsageError lists the known ones. */
export async function loadPolicies(ids: readonly string[]): Promise<ReadonlyMap<string, EvaluationPolicy>> {
  const loaded = new Map<string, EvaluationPolicy>();
  for (const id of new Set(ids)) loaded.set(id, await loadUnit(policies, 'agent', id));
  return loaded;
}

/** `all`, or some ids. Throws a UsageError for one that there is not. */
export function chosenPolicies(names: readonly string[]): readonly string[] {
  const known = Object.keys(policies);
  const unknown = names.find((name) => name !== 'all' && !known.includes(name));
  if (unknown !== undefined) throw unknownName('agent', unknown, known);
  if (!names.includes('all')) return [...new Set(names)];
  if (names.length > 1) throw new UsageError("--agent: 'all' is every policy; leave out the others");
  return known;
}
