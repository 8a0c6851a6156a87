import fc from 'fast-check';
import { faultUnits } from '../faults/index.ts';
import type { Operation } from '../model/operation.ts';
import type { PlannedTarget, Trigger } from '../model/plan.ts';
import { impossible } from '../plan/fault-applicability.ts';
import type { CaseFault } from './exploration-case.ts';

/** One way in which a run can be disturbed: a fault with its kind of trigger. A swarm switches whole families off. */
export interface FaultFamily {
  readonly id: string;
  /** Its code. */
  readonly fault: string;
  readonly draw: fc.Arbitrary<CaseFault>;
}

type Options = CaseFault['options'];

/** As many calls as a case can have: a fault takes the number modulo the calls there are. */
const CALL = fc.integer({ min: 1, max: 20 });
/** Between two steps of a server, or somewhere in its work. */
const AFTER_MS = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 400 }));
const AT_MS = fc.integer({ min: 0, max: 1500 });
const DOWN_MS = fc.integer({ min: 1, max: 400 });
const WAIT_MS = fc.integer({ min: 1, max: 1500 });
/** Shorter and longer than a lease. */
const LASTS_MS = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 300, max: 6000 }));
/** Below certainty: a schedule that lets nothing through ever proves nothing. */
const SOME = fc.integer({ min: 1, max: 50 }).map(
  (percent) => percent / 100,
  (share) => (typeof share === 'number' ? Math.round(share * 100) : 0),
);

const MOMENTS = [
  'create-sent',
  'create-answered',
  'acked',
  'begin',
  'commit',
  'terminal-seen',
  'input-required-seen',
] as const;
type Moment = (typeof MOMENTS)[number];
const OPERATIONS: readonly Operation[] = ['create', 'get', 'result', 'cancel', 'update'];

/** Everything that can happen to this target in virtual time; what its facts make impossible is not there. */
export function faultFamilies(target: PlannedTarget): readonly FaultFamily[] {
  const moments = MOMENTS.filter((on) => isPossible(target, 'F1', { on }));
  const operations = OPERATIONS.filter((op) => isReachable(target, op));
  return [...processFamilies(moments), ...messageFamilies(operations), ...agentFamilies()]
    .filter(({ fault, options }) => isPossible(target, fault, { options }))
    .map(({ id, fault, draw }) => ({ id, fault, draw }));
}

interface Candidate extends FaultFamily {
  /** Options that decide whether it is possible. */
  readonly options: Options;
}

function processFamilies(moments: readonly Moment[]): readonly Candidate[] {
  const at = fc.record({ kind: fc.constant('time' as const), atMs: AT_MS });
  const after = fc.record({
    kind: fc.constant('event' as const),
    on: fc.constantFrom(...moments),
    call: CALL,
    ms: AFTER_MS,
  });
  const held = fc.record({
    kind: fc.constant('event' as const),
    on: fc.constantFrom(...moments.filter((on) => on === 'create-answered' || on === 'begin' || on === 'commit')),
    call: CALL,
    ms: fc.integer({ min: 0, max: 20 }),
    hold: fc.constant(true),
  });
  const either = fc.oneof(after, at);
  const down = fc.record({ downMs: DOWN_MS });
  const forMs = fc.record({ forMs: LASTS_MS });
  return [
    candidate('kill-after-event', 'F12', { trigger: after, options: down }),
    candidate('kill-before-receipt', 'F12', { trigger: held, options: down }),
    candidate('kill-at-time', 'F12', { trigger: at, options: down }),
    candidate('kill-tearing', 'F12', {
      trigger: either,
      options: fc.record({ downMs: DOWN_MS, torn: fc.constant(true) }),
      decides: { torn: true },
    }),
    candidate('drain', 'F13', {
      trigger: either,
      options: fc.record({ deadlineMs: fc.integer({ min: 1, max: 2000 }), downMs: DOWN_MS }),
    }),
    candidate('pause', 'F14', { trigger: either, options: forMs }),
    candidate('store-slow', 'F20', {
      trigger: either,
      options: fc.record({ form: fc.constant('slow'), ms: fc.integer({ min: 1, max: 900 }), forMs: LASTS_MS }),
      decides: { form: 'slow' },
    }),
    candidate('store-failing', 'F20', {
      trigger: either,
      options: fc.record({ form: fc.constant('failing'), probability: SOME, forMs: LASTS_MS }),
      decides: { form: 'failing' },
    }),
    candidate('store-full', 'F22', { trigger: either, options: forMs }),
    candidate('clock-jump', 'F23', {
      trigger: either,
      options: fc.record({ ms: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
    }),
    candidate('connection-closed', 'F26', { trigger: either, options: fc.record({}) }),
  ];
}

function messageFamilies(operations: readonly Operation[]): readonly Candidate[] {
  const aimed = (direction: 'request' | 'reply') =>
    fc.record({
      kind: fc.constant('message' as const),
      direction: fc.constant(direction),
      op: fc.constantFrom(...operations),
      call: CALL,
      attempt: fc.integer({ min: 1, max: 4 }),
    });
  const stream = (direction: 'request' | 'reply' | 'both') =>
    fc.record({
      kind: fc.constant('messages' as const),
      direction: fc.constant(direction),
      probability: SOME,
      untilMs: fc.integer({ min: 1, max: 3000 }),
    });
  const how = fc.record({ how: fc.constantFrom('reset', 'fin', 'hang') });
  const late = fc.record({ ms: WAIT_MS, jitterMs: fc.integer({ min: 0, max: 300 }) });
  const wait = fc.record({ waitMs: WAIT_MS });
  const again = fc.record({ form: fc.constant('delivery'), afterMs: fc.integer({ min: 0, max: 300 }) });
  return [
    candidate('request-lost', 'F4', { trigger: aimed('request'), options: fc.record({}) }),
    candidate('requests-lost', 'F4', { trigger: stream('request'), options: fc.record({}) }),
    candidate('reply-lost', 'F5', { trigger: aimed('reply'), options: how }),
    candidate('replies-lost', 'F5', { trigger: stream('reply'), options: how }),
    candidate('request-late', 'F1', { trigger: aimed('request'), options: late }),
    candidate('reply-late', 'F1', { trigger: aimed('reply'), options: late }),
    candidate('messages-late', 'F1', { trigger: stream('both'), options: late }),
    candidate('reply-overtaken', 'F3', { trigger: aimed('reply'), options: wait }),
    candidate('replies-overtaken', 'F3', { trigger: stream('reply'), options: wait }),
    candidate('request-twice', 'F8', { trigger: aimed('request'), options: again, decides: { form: 'delivery' } }),
    candidate('requests-twice', 'F8', { trigger: stream('request'), options: again, decides: { form: 'delivery' } }),
    candidate('platform-timeout', 'F31', {
      trigger: aimed('request'),
      options: fc.record({ afterMs: fc.integer({ min: 1, max: 1000 }) }),
    }),
  ];
}

function agentFamilies(): readonly Candidate[] {
  const trigger = fc.record({ kind: fc.constant('call' as const), call: CALL });
  return [
    candidate('probe', 'F8', {
      trigger,
      options: fc.record({ form: fc.constant('probe'), afterMs: fc.integer({ min: 0, max: 800 }) }),
      decides: { form: 'probe' },
    }),
    candidate('retry', 'F9', {
      trigger,
      options: fc.record({ key: fc.constantFrom('same', 'new', 'none'), afterMs: fc.integer({ min: 1, max: 600 }) }),
      decides: { key: 'same' },
    }),
    candidate('cancel-race', 'F28', { trigger, options: fc.record({ offsetMs: fc.integer({ min: -20, max: 20 }) }) }),
  ];
}

function candidate(
  id: string,
  fault: string,
  parts: {
    readonly trigger: fc.Arbitrary<Trigger>;
    readonly options: fc.Arbitrary<Options>;
    readonly decides?: Options;
  },
): Candidate {
  const { trigger, options, decides = {} } = parts;
  return { id, fault, options: decides, draw: fc.record({ fault: fc.constant(fault), trigger, options }) };
}

/** A fault that this version does not have is possible nowhere. */
function isPossible(
  target: PlannedTarget,
  fault: string,
  {
    options = {},
    on,
    op,
  }: { readonly options?: Options; readonly on?: Moment; readonly op?: 'get' | 'result' | 'cancel' | 'update' },
): boolean {
  const unit = faultUnits[fault];
  if (unit === undefined) return false;
  const entry = { fault, options: { ...options }, ...(on && { on }), ...(op && { op }) };
  const found = impossible(unit, entry, { target, time: 'virtual' });
  // A moment this target cannot show is another one here.
  return found.reason === null && found.entry.on === on;
}

function isReachable(target: PlannedTarget, op: Operation): boolean {
  if (op === 'create') return true;
  const isAimable = op === 'get' || op === 'result' || op === 'cancel' || op === 'update';
  return isAimable && isPossible(target, 'F1', { op });
}
