import type { Event, EventBody, FrameBody, FxBody, InvBody, OkBody, Stamped, UnsureBody } from '../event.ts';
import { HISTORY_SCHEMA } from '../event.ts';
import type { Operation, Reason } from '../operation.ts';
import type { Plan, PlannedCall, PlannedFault, TargetFacts } from '../plan.ts';
import { samplePlan, sampleTarget } from './sample-plan.ts';

/** 2026-01-01T00:00:00Z: the wall clock at the start of every hand-written history. */
export const WALL = Date.UTC(2026, 0, 1);

/** A hand-written history: every method appends one event at `atMs` (from run start) and gives its seq. */
export interface HistoryBuilder {
  readonly plan: Plan;
  readonly events: readonly Event[];
  add(atMs: number, body: EventBody): number;
  /** Sends a create with the call's key (`key: undefined` for none) and its request frame. */
  create(atMs: number, call: number, more?: Partial<InvBody>): number;
  get(atMs: number, call: number, task: string, more?: Partial<InvBody>): number;
  cancel(atMs: number, call: number, task: string): number;
  /** Answers these keys. */
  update(atMs: number, call: number, task: string, inputs: readonly string[]): number;
  ok(atMs: number, of: number, more?: Partial<OkBody>): number;
  /** A terminal answer with a result that carries the call's token. */
  done(atMs: number, of: number, more?: Partial<OkBody>): number;
  fail(atMs: number, of: number, reason: Reason, more?: Partial<UnsureBody>): number;
  info(atMs: number, of: number, reason: Reason, more?: Partial<UnsureBody>): number;
  begin(atMs: number, call: number, more?: Partial<FxBody>): number;
  commit(atMs: number, call: number, more?: Partial<FxBody>): number;
  frame(atMs: number, more: Partial<FrameBody>): number;
  /** spawn and ready of the next boot. */
  boot(atMs: number): number;
  /** A fault entry strikes the running boot: start, exit, verified. */
  kill(atMs: number, entry: string): number;
  fault(atMs: number, entry: string, phase: 'start' | 'verified' | 'stop'): number;
  note(atMs: number, topic: string): number;
  /** drained, healed, audit; two final reads of each task named, as done; end. */
  finish(atMs: number, tasks: readonly (readonly [call: number, task: string])[]): void;
  history(): { readonly events: readonly Event[]; readonly cut: boolean };
}

export interface BuilderOptions {
  readonly calls?: number;
  readonly agents?: number;
  readonly facts?: Partial<TargetFacts>;
  readonly call?: Partial<PlannedCall>;
  readonly faults?: readonly PlannedFault[];
  readonly plan?: Partial<Plan>;
  readonly target?: Partial<Plan['target']>;
  /** Takes every event instead of `events`, which stays empty: a history too long to be kept. A request has one answer then. */
  readonly onEvent?: (event: Event) => void;
}

export function tokenOf(call: number): string {
  return `token-${String(call).padStart(4, '0')}`;
}

export function keyOf(call: number): string {
  return `key-${call}`;
}

/** A task id with 128 random-looking bits, the same for the same call. */
export function taskOf(call: number, copy = 0): string {
  let state = (call * 2_654_435_761 + copy * 40_503 + 12_345) >>> 0;
  const words = Array.from({ length: 4 }, () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return state.toString(16).padStart(8, '0');
  });
  return words.join('');
}

export function resultFor(call: number): Partial<OkBody> {
  return {
    status: 'completed',
    result: { content: [], structuredContent: { token: tokenOf(call) } },
    echo: tokenOf(call),
  };
}

export function createHistory(options: BuilderOptions = {}): HistoryBuilder {
  const plan = planOf(options);
  const { onEvent } = options;
  const events: Event[] = [];
  const requests = new Map<number, Stamped<InvBody>>();
  let count = 0;
  let boot = 0;
  let rpcId = 0;
  const add = (atMs: number, body: EventBody) => {
    const seq = count;
    count += 1;
    const event: Event = { seq, t: Math.round(atMs * 1_000_000), wall: WALL + atMs, ...body };
    if (event.kind === 'inv') requests.set(seq, event);
    if (onEvent) onEvent(event);
    else events.push(event);
    return seq;
  };
  const frame = (atMs: number, more: Partial<FrameBody>) =>
    add(atMs, { kind: 'frame', conn: 'a1', dir: 'out', action: 'pass', bytes: 100, type: 'request', ...more });
  const invocation = (seq: number) => {
    const request = requests.get(seq);
    if (!request) throw new Error(`expected event ${seq} to be an open request, got ${events[seq]?.kind}`);
    return request;
  };
  const end = (atMs: number, body: OkBody | UnsureBody) => {
    if (onEvent) requests.delete(body.of);
    return add(atMs, body);
  };
  const inv = (atMs: number, op: Operation, call: number, more: Partial<InvBody>) => {
    const agent = plan.calls[call - 1]?.agent ?? 1;
    rpcId += 1;
    const body: InvBody = { kind: 'inv', op, call, attempt: 1, agent, conn: `a${agent}`, rpcId, ...more };
    const seq = add(atMs, body);
    frame(atMs, { conn: body.conn, rpcId: body.rpcId, method: op });
    return seq;
  };
  const answer = (atMs: number, of: number) => {
    const { conn, rpcId: id } = invocation(of);
    frame(atMs, { conn, rpcId: id, dir: 'in', type: 'response' });
  };
  const effect = (atMs: number, call: number, phase: FxBody['phase'], more: Partial<FxBody>) =>
    add(atMs, { kind: 'fx', token: tokenOf(call), call, phase, boot, at: Math.round(atMs * 1_000_000), ...more });
  const builder: HistoryBuilder = {
    plan,
    events,
    add,
    frame,
    create: (atMs, call, more = {}) =>
      inv(atMs, 'create', call, { intended: Math.round(atMs * 1_000_000), ...keyed(plan, call), ...more }),
    get: (atMs, call, task, more = {}) => inv(atMs, 'get', call, { task, ...more }),
    cancel: (atMs, call, task) => inv(atMs, 'cancel', call, { task }),
    update: (atMs, call, task, inputs) => inv(atMs, 'update', call, { task, inputs }),
    ok(atMs, of, more = {}) {
      answer(atMs, of);
      const { task, op } = invocation(of);
      return end(atMs, {
        kind: 'ok',
        of,
        shape: [],
        ...(op === 'update' ? {} : { status: 'working' }),
        ...(task === undefined ? {} : { task }),
        ...more,
      });
    },
    done: (atMs, of, more = {}) => builder.ok(atMs, of, { ...resultFor(invocation(of).call), ...more }),
    fail(atMs, of, reason, more = {}) {
      answer(atMs, of);
      return end(atMs, { of, reason, answered: true, shape: [], ...more, kind: 'fail' });
    },
    info: (atMs, of, reason, more = {}) => end(atMs, { of, reason, ...more, kind: 'info' }),
    begin: (atMs, call, more = {}) => effect(atMs, call, 'begin', more),
    commit: (atMs, call, more = {}) => effect(atMs, call, 'commit', more),
    boot(atMs) {
      boot += 1;
      add(atMs, { kind: 'proc', boot, pid: 100 + boot, phase: 'spawn', by: 'harness' });
      return add(atMs, { kind: 'proc', boot, pid: 100 + boot, phase: 'ready' });
    },
    kill(atMs, entry) {
      const start = builder.fault(atMs, entry, 'start');
      add(atMs, { kind: 'proc', boot, pid: 100 + boot, phase: 'exit', code: null, signal: 'SIGKILL', by: entry });
      builder.fault(atMs, entry, 'verified');
      return start;
    },
    fault: (atMs, entry, phase) => add(atMs, { kind: 'fault', id: entry.replace(/#.*/, ''), entry, phase }),
    note: (atMs, topic) => add(atMs, { kind: 'note', topic }),
    finish(atMs, tasks) {
      for (const topic of ['drained', 'healed', 'audit']) builder.note(atMs, topic);
      let readMs = atMs;
      for (const [call, task] of [...tasks, ...tasks]) {
        const as = plan.calls[call - 1]?.agent ?? 1;
        builder.done(readMs + 1, builder.get(readMs, call, task, { agent: 'auditor', as }));
        readMs += 1;
      }
      builder.note(readMs + 1, 'end');
    },
    history: () => ({ events, cut: false }),
  };
  add(0, { kind: 'run', schema: HISTORY_SCHEMA, startedAt: new Date(WALL).toISOString(), time: 'real' });
  builder.boot(0);
  return builder;
}

function keyed(plan: Plan, call: number): Partial<InvBody> {
  const key = plan.calls[call - 1]?.key;
  return key == null ? {} : { key };
}

function planOf(options: BuilderOptions): Plan {
  const agents = options.agents ?? 1;
  const plan = samplePlan(options.calls ?? 1);
  const target = { ...sampleTarget(options.facts), ...options.target };
  const callOf = (call: PlannedCall): PlannedCall => ({
    ...call,
    agent: ((call.call - 1) % agents) + 1,
    token: tokenOf(call.call),
    key: target.facts.key ? keyOf(call.call) : null,
    ...options.call,
  });
  return {
    ...plan,
    target,
    agents: { ...plan.agents, count: agents },
    calls: plan.calls.map(callOf),
    faults: options.faults ?? [],
    ...options.plan,
  };
}
