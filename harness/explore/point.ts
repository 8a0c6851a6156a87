import { faultUnits } from '../faults/index.ts';
import type { Event } from '../model/event.ts';
import type { Operation } from '../model/operation.ts';
import type { Plan, PlannedFault, Trigger } from '../model/plan.ts';

/** One single fault at one place of a run. */
export interface Point {
  /** kill, pause, request-lost …: what happens there. */
  readonly kind: string;
  /** "killed after event 41 (ok)" */
  readonly what: string;
  readonly fault: Pick<PlannedFault, 'fault' | 'name' | 'trigger' | 'options'>;
}

// Down just long enough that agents notice; the next boot is what matters.
const DOWN_MS = 20;
// Longer than any request waits and than a lease lasts: the server wakes up as somebody whose time has passed.
const PAUSE_MS = 3000;
// Late and still in time: who waits for a message longer than limits.requestMs hangs up, and then it is lost.
const LATE_MS = [100, 1500] as const;
const AGAIN_MS = 10;

/**
 * Every place of a fault-free run at which one fault can strike: each boundary between two events, each ms in which the
 * server may be at work between two of them, and each message of an agent; from the first call on until the load has drained.
 * What this target makes impossible is left out. In the order: boundaries, messages, instants.
 */
export function pointsOf(plan: Plan, events: readonly Event[]): readonly Point[] {
  const from = events.findIndex(({ kind }) => kind === 'inv');
  const drained = events.findIndex((event) => event.kind === 'note' && event.topic === 'drained');
  const span = from === -1 ? [] : events.slice(from, drained === -1 ? events.length : drained);
  return [...boundaryPoints(span), ...messagePoints(span, events), ...instantPoints(span)].filter(
    ({ fault: { fault, options } }) => faultUnits[fault]?.applicable(plan.target, 'virtual', options) === null,
  );
}

/** The plan with these points, and no other fault. */
export function planAt(plan: Plan, points: readonly Point[]): Plan {
  const counts = new Map<string, number>();
  const faults = points.map(({ fault }) => {
    const number = (counts.get(fault.fault) ?? 0) + 1;
    counts.set(fault.fault, number);
    return { entry: `${fault.fault}#${number}`, ...fault };
  });
  return { ...plan, faults };
}

function boundaryPoints(span: readonly Event[]): readonly Point[] {
  return span.flatMap((event) => {
    const place = `after event ${event.seq} (${wordFor(event)})`;
    const trigger = { kind: 'boundary', after: event.seq } as const;
    return [
      point('kill', `killed ${place}`, { fault: 'F12', trigger, options: { downMs: DOWN_MS } }),
      point('pause', `paused ${place}`, { fault: 'F14', trigger, options: { forMs: PAUSE_MS } }),
    ];
  });
}

/** At whole ms: what virtual time counts in. */
function instantPoints(span: readonly Event[]): readonly Point[] {
  const first = Math.ceil((span[0]?.t ?? 0) / 1e6);
  const last = Math.floor((span.at(-1)?.t ?? 0) / 1e6);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).flatMap((atMs) => {
    const trigger = { kind: 'time', atMs } as const;
    return [
      point('kill', `killed at ${atMs} ms`, { fault: 'F12', trigger, options: { downMs: DOWN_MS } }),
      point('pause', `paused at ${atMs} ms`, { fault: 'F14', trigger, options: { forMs: PAUSE_MS } }),
    ];
  });
}

function messagePoints(span: readonly Event[], events: readonly Event[]): readonly Point[] {
  const answers = new Map<number, Event>();
  for (const event of events) {
    if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') answers.set(event.of, event);
  }
  const endMs = (span.at(-1)?.t ?? 0) / 1e6;
  return span.flatMap((event) => {
    if (event.kind !== 'inv' || event.agent === 'auditor') return [];
    const { op, call, attempt } = event;
    const answer = answers.get(event.seq);
    const isGood = answer?.kind === 'ok';
    const isAnswered = isGood || (answer?.kind === 'fail' && answer.answered === true);
    // What comes again after the load has drained comes too late for anybody.
    const requests = requestPoints({ op, call, attempt }, { comesAgain: event.t / 1e6 + AGAIN_MS < endMs });
    return [...requests, ...(isAnswered ? replyPoints({ op, call, attempt }, isGood) : [])];
  });
}

interface Request {
  readonly op: Operation;
  readonly call: number;
  readonly attempt: number;
}

function requestPoints(request: Request, { comesAgain }: { readonly comesAgain: boolean }): readonly Point[] {
  const trigger = { kind: 'message', direction: 'request', ...request } as const;
  const name = `the ${request.op}${request.attempt === 1 ? '' : ` ${request.attempt}`} of call ${request.call}`;
  const late = (ms: number) => ({ fault: 'F1', trigger, options: { ms, jitterMs: 0 } });
  const twice = (afterMs: number) => ({ fault: 'F8', trigger, options: { form: 'delivery', afterMs } });
  return [
    point('request-lost', `${name} lost`, { fault: 'F4', trigger, options: {} }),
    ...LATE_MS.map((ms) => point('request-late', `${name} ${ms} ms late`, late(ms))),
    point('request-twice', `${name} delivered twice at once`, twice(0)),
    ...(comesAgain ? [point('request-twice', `${name} delivered again after ${AGAIN_MS} ms`, twice(AGAIN_MS))] : []),
  ];
}

function replyPoints(request: Request, isGood: boolean): readonly Point[] {
  const trigger = { kind: 'message', direction: 'reply', ...request } as const;
  const which = request.attempt === 1 ? '' : ` ${request.attempt}`;
  const name = `the reply to ${request.op}${which} of call ${request.call}`;
  const late = (ms: number) => ({ fault: 'F1', trigger, options: { ms, jitterMs: 0 } });
  return [
    // A refusal is let through by the fault: losing it is not losing a receipt.
    ...(isGood ? [point('reply-lost', `${name} lost`, { fault: 'F5', trigger, options: {} })] : []),
    ...LATE_MS.map((ms) => point('reply-late', `${name} ${ms} ms late`, late(ms))),
    point('reply-overtaken', `${name} overtaken by another`, { fault: 'F3', trigger, options: { waitMs: LATE_MS[0] } }),
  ];
}

function point(
  kind: string,
  what: string,
  { fault, trigger, options }: { fault: string; trigger: Trigger; options: PlannedFault['options'] },
): Point {
  const meta = faultUnits[fault]?.meta;
  if (meta === undefined) throw new Error(`expected a registered fault, got ${fault}`);
  return { kind, what, fault: { fault, name: meta.name, trigger, options: { ...meta.options, ...options } } };
}

function wordFor(event: Event): string {
  switch (event.kind) {
    case 'inv':
      return `${event.op} of call ${event.call} begun`;
    case 'fx':
      return `${event.phase} of call ${event.call ?? 'nobody'}`;
    case 'frame':
      return `${event.type} ${event.dir === 'out' ? 'towards' : 'from'} the server`;
    default:
      return event.kind;
  }
}
