import type { AgentId } from './operation.ts';
import type { TargetFacts } from './plan.ts';

/** Who an agent is to the server; where the target gives fewer identities than there are agents, they take turns. */
export function principalOf(
  { principals, principalCount }: Pick<TargetFacts, 'principals' | 'principalCount'>,
  agent: AgentId,
): number | string {
  if (!principals) return 'all';
  if (principalCount === undefined || agent === 'auditor') return agent;
  return ((agent - 1) % principalCount) + 1;
}
