import { faultUnits } from '../faults/index.ts';
import type { Event } from '../model/event.ts';
import { isTerminal } from '../model/operation.ts';
import type { NotApplicable, Plan, PlannedFault, Trigger } from '../model/plan.ts';

type EventTrigger = Extract<Trigger, { kind: 'event' }>;

/** A moment of a call that real time knows as well. */
interface Moment {
  readonly on: EventTrigger['on'];
  readonly call: number;
  /** Number of its event, lines of faults not counted. */
  readonly number: number;
  readonly atMs: number;
}

/**
 * The same plan for real processes. Faults that only virtual time has are left out and named. What strikes between two events
 * or at an instant strikes after the nearest moment of a call before that: a real server starts later and is slower, and has
 * other events. `events`: of the virtual run, if it was kept; without it those faults are left out too.
 */
export function realPlanOf(plan: Plan, events: readonly Event[] | null): Plan {
  const moments = events === null ? [] : momentsOf(events);
  const notApplicable: NotApplicable[] = [];
  const faults = plan.faults.flatMap((entry): readonly PlannedFault[] => {
    const unit = faultUnits[entry.fault];
    const trigger = realTrigger(entry.trigger, moments);
    const reason =
      unit === undefined
        ? 'this version does not have it'
        : (unit.applicable(plan.target, 'real', entry.options) ??
          (trigger === null
            ? 'real time has no such moment, and there is no history to find the nearest one in'
            : null));
    if (reason === null && trigger !== null) return [{ ...entry, trigger }];
    notApplicable.push({ kind: 'fault', id: entry.fault, name: entry.name, reason: reason ?? 'no reason is known' });
    return [];
  });
  const { virtual: _virtual, ...rest } = plan;
  return { ...rest, time: 'real', faults, notApplicable: [...plan.notApplicable, ...notApplicable] };
}

function realTrigger(trigger: Trigger, moments: readonly Moment[]): Trigger | null {
  const before =
    trigger.kind === 'boundary'
      ? moments.filter(({ number }) => number <= trigger.after)
      : trigger.kind === 'time'
        ? moments.filter(({ atMs }) => atMs <= trigger.atMs)
        : null;
  if (before === null) return trigger;
  const nearest = before.at(-1);
  if (nearest === undefined) return null;
  const { on, call, atMs } = nearest;
  return { kind: 'event', on, call, ms: trigger.kind === 'time' ? Math.max(0, Math.round(trigger.atMs - atMs)) : 0 };
}

/** In order of time; each once. */
function momentsOf(events: readonly Event[]): readonly Moment[] {
  const requests = new Map<number, { readonly op: string; readonly call: number }>();
  const seen = new Set<string>();
  const moments: Moment[] = [];
  let faultLines = 0;
  for (const event of events) {
    if (event.kind === 'fault') faultLines += 1;
    const found = momentOf(event, requests);
    if (event.kind === 'inv') requests.set(event.seq, { op: event.op, call: event.call });
    const name = `${found?.on} ${found?.call}`;
    if (found === null || seen.has(name)) continue;
    seen.add(name);
    moments.push({ ...found, number: event.seq - faultLines, atMs: event.t / 1e6 });
  }
  return moments;
}

function momentOf(
  event: Event,
  requests: ReadonlyMap<number, { readonly op: string; readonly call: number }>,
): Pick<Moment, 'on' | 'call'> | null {
  if (event.kind === 'inv') return event.op === 'create' ? { on: 'create-sent', call: event.call } : null;
  if (event.kind === 'fx') return event.call === null ? null : { on: event.phase, call: event.call };
  if (event.kind !== 'ok') return null;
  const request = requests.get(event.of);
  if (request === undefined) return null;
  if (isTerminal(event.status)) return { on: 'terminal-seen', call: request.call };
  return request.op === 'create' ? { on: 'acked', call: request.call } : null;
}
