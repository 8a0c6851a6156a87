import { nsOf } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { FaultLog } from './fault-log.ts';

/** What a busy wait may be off by: it looks at a clock of whole ms. */
const SLACK_MS = 5;

/**
 * Proves that a call blocked its process (F18): its effect came, or its task was seen to end, as long after its work had begun as
 * was planned.
 */
export function verifyBlockedLoops(
  plan: Plan,
  log: Pick<FaultLog, 'start' | 'verified' | 'stop'>,
): (event: Event) => void {
  const entries = new Map<number, PlannedFault>();
  for (const entry of plan.faults) {
    if (entry.fault === 'F18' && entry.trigger.kind === 'call') entries.set(entry.trigger.call, entry);
  }
  const begun = new Map<number, number>();
  const callsOfReads = new Map<number, number>();
  const end = (call: number, at: number) => {
    const entry = entries.get(call);
    const from = begun.get(call);
    if (entry === undefined || from === undefined) return;
    entries.delete(call);
    const blockedMs = (at - from) / 1e6;
    if (at - from >= nsOf(Number(entry.options.forMs) - SLACK_MS)) log.verified(entry.entry, { call, blockedMs });
    log.stop(entry.entry);
  };
  return (event) => {
    if (entries.size === 0) return;
    if (event.kind === 'fx' && event.call !== null) {
      const entry = entries.get(event.call);
      if (event.phase === 'commit') end(event.call, event.at);
      else if (entry !== undefined && !begun.has(event.call)) {
        begun.set(event.call, event.at);
        log.start(entry, { call: event.call });
      }
    } else if (event.kind === 'inv' && entries.has(event.call)) callsOfReads.set(event.seq, event.call);
    else if (event.kind === 'ok') {
      const call = callsOfReads.get(event.of);
      callsOfReads.delete(event.of);
      if (call !== undefined && isTerminal(event.status)) end(call, event.t);
    }
  };
}
