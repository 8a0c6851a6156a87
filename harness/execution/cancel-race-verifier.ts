import type { Event } from '../model/event.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan, PlannedCall, PlannedFault } from '../model/plan.ts';
import type { FaultLog } from './fault-log.ts';

// Beside what was planned: receipts, queues and polls of a busy machine shift the two ends of a race against each other.
const SLACK_MS = 500;

interface Race {
  readonly entry: PlannedFault;
  readonly call: PlannedCall;
  /** ns from run start: from the first cancel to its first answer. */
  sentT: number | null;
  answeredT: number | null;
  /** When the work ended, was to end, or was shown as ended. */
  readonly endsT: number[];
}

/**
 * Proves cancel races (F28) from the history: a cancel of the call was answered within its offset, spread and some slack of
 * the effect's commit, of the instant at which the work that had begun was to commit, or of the first terminal status.
 */
export function verifyCancelRaces(plan: Plan, log: FaultLog): (event: Event) => void {
  const races = new Map<number, Race>();
  for (const entry of plan.faults) {
    const call = entry.trigger.kind === 'call' ? entry.trigger.call : null;
    const planned = plan.calls.find((one) => one.call === call);
    if (entry.fault !== 'F28' || planned === undefined) continue;
    races.set(planned.call, { entry, call: planned, sentT: null, answeredT: null, endsT: [] });
  }
  const open = new Map<number, { readonly race: Race; readonly op: string }>();
  return (event) => {
    if (races.size === 0) return;
    const race = follow(event, { races, open, log, isBlind: plan.target.facts.effects !== 'ordered' });
    if (race !== null) settle(race, races, log);
  };
}

/** Takes in one event; the race it is news of, or null. */
function follow(
  event: Event,
  {
    races,
    open,
    log,
    isBlind,
  }: {
    readonly races: ReadonlyMap<number, Race>;
    readonly open: Map<number, { readonly race: Race; readonly op: string }>;
    readonly log: FaultLog;
    /** No effect is seen as it happens: the receipt has to stand for the beginning of the work. */
    readonly isBlind: boolean;
  },
): Race | null {
  if (event.kind === 'inv') {
    const race = races.get(event.call);
    if (race === undefined) return null;
    open.set(event.seq, { race, op: event.op });
    if (event.op !== 'cancel' || race.sentT !== null) return null;
    race.sentT = event.t;
    log.start(race.entry, { call: event.call, seq: event.seq });
    return null;
  }
  if (event.kind === 'fx') {
    const race = event.call === null ? undefined : races.get(event.call);
    if (race === undefined) return null;
    race.endsT.push(event.phase === 'commit' ? event.t : event.t + race.call.ms * 1e6);
    return race;
  }
  if (event.kind !== 'ok' && event.kind !== 'fail' && event.kind !== 'info') return null;
  const asked = open.get(event.of);
  if (asked === undefined) return null;
  open.delete(event.of);
  const { race, op } = asked;
  if (op === 'cancel' && event.kind !== 'info') race.answeredT ??= event.t;
  if (op === 'create' && event.kind === 'ok' && isBlind) race.endsT.push(event.t + race.call.ms * 1e6);
  if (op !== 'cancel' && event.kind === 'ok' && isTerminal(event.status)) race.endsT.push(event.t);
  return race;
}

function settle({ entry, call, sentT, answeredT, endsT }: Race, races: Map<number, Race>, log: FaultLog): void {
  if (sentT === null || answeredT === null) return;
  const reachNs = (Math.abs(Number(entry.options.offsetMs)) + Number(entry.options.spreadMs) + SLACK_MS) * 1e6;
  const distancesNs = endsT.map((endT) => Math.max(0, sentT - endT, endT - answeredT));
  const nearestNs = Math.min(...distancesNs);
  if (nearestNs > reachNs) return;
  races.delete(call.call);
  log.verified(entry.entry, { call: call.call, apartMs: Math.round(nearestNs / 1e6) });
  log.stop(entry.entry);
}
