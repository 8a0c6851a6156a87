import type { Event } from './event.ts';
import type { Plan } from './plan.ts';

/**
 * Tells which events heal: from the latest one on, the server owes every acked task within the SLA. A later boot that became
 * ready heals, and so does the end of a fault that lasted. A fault on one message or one call breaks nothing that lasts, and
 * what is undone after the load has drained comes too late for anybody to wait on it. Feed it the events in order.
 */
export function createHealWatch(plan: Pick<Plan, 'faults'>): (event: Event) => boolean {
  const lasting = new Set(
    plan.faults
      .filter(({ trigger }) => trigger.kind !== 'message' && trigger.kind !== 'call')
      .map(({ entry }) => entry),
  );
  let isDrained = false;
  let isAudited = false;
  return (event) => {
    if (event.kind === 'note') {
      if (event.topic === 'drained') isDrained = true;
      if (event.topic === 'audit') isAudited = true;
      return false;
    }
    if (isAudited) return false;
    if (event.kind === 'proc') return event.phase === 'ready' && event.boot > 1;
    return event.kind === 'fault' && event.phase === 'stop' && !isDrained && lasting.has(event.entry);
  };
}
