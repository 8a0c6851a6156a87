import type { Checker } from '../model/checker.ts';
import { vacuous, when } from './finding-list.ts';

/**
 * Every planned fault that somebody counts on was seen to bite. One that touched nothing proves nothing, so the run is unknown
 * and says which. So it is when somebody else killed the server (SIGKILL that nobody here sent: mostly a machine out of memory):
 * such a run is void. Counts: planned, verified, started (struck without proof).
 */
export const faultCoverage: Checker = {
  meta: {
    id: 'fault-coverage',
    title: 'Every planned fault bit',
    description: 'A fault that hit nothing makes a good verdict out of nothing.',
    invariants: ['coverage'],
    requires: [],
    judges: 'harness',
  },
  applicable: (plan) => (plan.faults.length === 0 ? 'no fault is planned in this run' : null),
  check({ plan, history }) {
    const phaseSeen = (phase: string) =>
      new Set(history.faults.filter((event) => event.phase === phase).map(({ entry }) => entry));
    const started = phaseSeen('start');
    const verified = phaseSeen('verified');
    const planned = plan.faults.map(({ entry }) => entry);
    const missing = plan.faults.flatMap(({ entry, mayMiss }) => (mayMiss || verified.has(entry) ? [] : [entry]));
    const counts = {
      planned: planned.length,
      verified: planned.filter((entry) => verified.has(entry)).length,
      started: planned.filter((entry) => started.has(entry)).length,
    };
    const stranger = history.boots.find(({ exit }) => exit?.by === 'server' && isKill(exit))?.exit;
    if (stranger) {
      const at = when(history, stranger);
      const reason = `somebody else killed the server at ${at} (SIGKILL, as a machine out of memory sends): the run is void`;
      return { valid: 'unknown', reason, counts, findings: [] };
    }
    if (planned.length === 0) return vacuous('no fault is planned in this run', counts);
    if (missing.length === 0 && counts.verified === 0) return vacuous('no fault had to bite, and none did', counts);
    if (missing.length === 0) return { valid: true, counts, findings: [] };
    const named = missing
      .slice(0, 10)
      .map((entry) => `${entry} ${started.has(entry) ? '(struck, no proof)' : '(never struck)'}`);
    const more = missing.length > 10 ? ` and ${missing.length - 10} more` : '';
    return {
      valid: 'unknown',
      reason: `${missing.length} of ${planned.length} planned faults were not seen to bite: ${named.join(', ')}${more}`,
      counts,
      findings: [],
    };
  },
};

/** 128 + 9 is how a shell in between tells it. */
function isKill({ code, signal }: { readonly code?: number | null; readonly signal?: string | null }): boolean {
  return signal === 'SIGKILL' || code === 137;
}
