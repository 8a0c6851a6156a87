import type { NotApplicable, Plan, PlannedProcesses, PlannedTarget } from '../model/plan.ts';
import type { Scenario } from './scenario-schema.ts';

const ALONE = { servers: 1, workers: 0 } as const;

/**
 * The processes of a run: what the command line asked for, else what the scenario wants, as far as this target can have them.
 * null: one process, as every target has.
 */
export function chooseProcesses(
  scenario: Pick<Scenario, 'processes'>,
  target: PlannedTarget,
  time: Plan['time'],
): { readonly processes: PlannedProcesses | null; readonly notApplicable: readonly NotApplicable[] } {
  const { servers, workers } = target.processes ?? scenario.processes ?? ALONE;
  if (servers === 1 && workers === 0) return { processes: null, notApplicable: [] };
  const why = whyAlone(target, time);
  if (why !== null) return { processes: null, notApplicable: [{ kind: 'setting', id: 'processes', reason: why }] };
  const notApplicable: NotApplicable[] = [];
  const hasRoles = target.facts.replicas === 'roles';
  if (workers > 0 && !hasRoles) notApplicable.push({ kind: 'setting', id: 'workers', reason: NO_ROLES });
  if (servers > 1 && hasSessions(target)) {
    notApplicable.push({ kind: 'setting', id: 'sticky-sessions', reason: NOT_STICKY });
  }
  const kept = hasRoles ? workers : 0;
  return { processes: servers === 1 && kept === 0 ? null : { servers, workers: kept }, notApplicable };
}

/** Why this target runs in one process; null: it need not. */
export function whyAlone({ facts, transport, kind, store }: PlannedTarget, time: Plan['time']): string | null {
  if (time === 'virtual') return 'in virtual time a server is one process';
  if (!facts.process) return 'the harness did not start this server';
  if (transport === 'stdio') return 'a pipe leads to one process';
  if (kind === 'reference' && store === 'memory') return 'a store in memory belongs to one process';
  return facts.replicas === undefined ? 'its URL has no {{port}}, so it can listen only once' : null;
}

/** Mcp-Session-Id belongs to the revisions before 2026-07-28. */
function hasSessions({ dialect }: PlannedTarget): boolean {
  return dialect !== 'tasks-2026-07-28';
}

const NO_ROLES = 'this server has no processes that only run work';

const NOT_STICKY =
  'this dialect has sessions, and a session is bound to the process that opened it: no request is led back to that process ' +
  'here, so the server must do without (no Mcp-Session-Id, or one that every process can read)';
