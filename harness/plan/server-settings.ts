import type { NotApplicable, PlannedTarget, ServerSettings } from '../model/plan.ts';
import type { Scenario } from './scenario-schema.ts';

/** Short beside the work of most scenarios and long beside the shortest: both kinds of answer come about. */
const GRACE_MS = 400;

const NOT_SETTABLE = 'this server cannot be set to what a scenario needs; it runs as it is';

/**
 * What a scenario wants of the server, as far as this target can be asked for it. The reference server takes everything; in
 * tasks-2025-11-25 any server is asked for a ttl with each call.
 */
export function chooseSettings(
  { server }: Pick<Scenario, 'server'>,
  { facts, dialect }: PlannedTarget,
): { readonly settings: ServerSettings; readonly notApplicable: readonly NotApplicable[] } {
  const settings: Record<string, number> = {};
  const notApplicable: NotApplicable[] = [];
  const { graceMs = GRACE_MS, ...others } = server;
  const wanted = dialect === 'grace' && facts.settings === true ? { ...others, graceMs } : others;
  for (const [id, value] of Object.entries(wanted)) {
    const isAsked = id === 'ttlMs' && dialect === 'tasks-2025-11-25';
    if (facts.settings === true || isAsked) settings[id] = value;
    else notApplicable.push({ kind: 'setting', id, reason: NOT_SETTABLE });
  }
  return { settings, notApplicable };
}
