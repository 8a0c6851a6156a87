import type { Event } from '../model/event.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { FaultLog } from './fault-log.ts';

/**
 * Proves the faults that agents commit, from the history: a retry (F9) bit when the create of its call was sent again, a
 * duplicate probe (F8) when the server answered the create it had acked before.
 */
export function verifyAgentFaults(plan: Plan, log: FaultLog): (event: Event) => void {
  const byCall = new Map<number, PlannedFault[]>();
  for (const entry of plan.faults) {
    if (entry.trigger.kind !== 'call' || !['F8', 'F9'].includes(entry.fault)) continue;
    byCall.set(entry.trigger.call, [...(byCall.get(entry.trigger.call) ?? []), entry]);
  }
  const probes = new Map<number, PlannedFault>();
  return (event) => {
    if (byCall.size === 0) return;
    if (event.kind === 'inv' && event.op === 'create') {
      for (const entry of byCall.get(event.call) ?? []) {
        const isProbe = entry.fault === 'F8';
        if (isProbe ? event.probe !== true : event.attempt < 2 || event.probe === true) continue;
        log.start(entry, { call: event.call, attempt: event.attempt, seq: event.seq });
        if (isProbe) probes.set(event.seq, entry);
        else {
          log.verified(entry.entry, { call: event.call, attempt: event.attempt, key: event.key ?? null });
          log.stop(entry.entry);
        }
      }
    } else if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') {
      const entry = probes.get(event.of);
      if (!entry) return;
      probes.delete(event.of);
      if (event.kind === 'info') return;
      const task = event.kind === 'ok' ? (event.task ?? null) : null;
      log.verified(entry.entry, { answer: event.kind, task });
      log.stop(entry.entry);
    }
  };
}
