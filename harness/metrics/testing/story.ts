import type { Event, EventBody, FrameBody, InvBody, OkBody, UnsureBody } from '../../model/event.ts';
import { HISTORY_SCHEMA } from '../../model/event.ts';
import { type HistoryIndex, indexHistory } from '../../model/history-index.ts';
import type { MetricValue } from '../../model/metric-value.ts';
import type { Operation, Reason } from '../../model/operation.ts';
import type { Plan, PlannedCall, TargetFacts } from '../../model/plan.ts';
import { loadUnit } from '../../model/registry.ts';
import { samplePlan, sampleTarget } from '../../model/testing/sample-plan.ts';
import { metrics } from '../index.ts';

/** 2026-01-01T00:00:00Z: the wall clock at the start of every story. */
const WALL = Date.UTC(2026, 0, 1);

/** A hand-written history: each line says when (ms from run start) and what, in order. */
export interface Story {
  readonly plan: Plan;
  /** Appends an event; gives its seq. */
  add(atMs: number, body: EventBody): number;
  create(atMs: number, call: number, more?: Partial<InvBody>): number;
  read(atMs: number, call: number, task: string, more?: Partial<InvBody>): number;
  cancel(atMs: number, call: number, task: string): number;
  ok(atMs: number, of: number, more?: Partial<OkBody>): number;
  fail(atMs: number, of: number, reason: Reason, more?: Partial<UnsureBody>): number;
  info(atMs: number, of: number, reason: Reason, more?: Partial<UnsureBody>): number;
  begin(atMs: number, call: number): number;
  commit(atMs: number, call: number): number;
  /** The agent has the result, binds it and goes on; `use` null: it does not. */
  finish(atMs: number, call: number, task: string, more?: { echo?: string; useMs?: number | null }): void;
  frame(atMs: number, rpcId: number, dir: 'in' | 'out', bytes: number): number;
  /** The final reads begin. */
  audit(atMs: number): void;
  end(atMs: number): void;
  date(atMs: number): string;
  index(): HistoryIndex;
  measure(metric: string): Promise<MetricValue | null>;
}

export function createStory(
  calls: number,
  options: {
    readonly facts?: Partial<TargetFacts>;
    readonly call?: Partial<PlannedCall>;
    readonly slaMs?: number;
    readonly kind?: Plan['target']['kind'];
    readonly backoff?: Plan['agents']['backoff'];
    /** The calls are those of a client that is not ours. */
    readonly isForeign?: boolean;
    readonly load?: Plan['load'];
  } = {},
): Story {
  const plan = planOf(calls, options);
  const events: Event[] = [];
  const add = (atMs: number, body: EventBody) => {
    const seq = events.length;
    events.push({ seq, t: Math.round(atMs * 1e6), wall: WALL + atMs, ...body });
    return seq;
  };
  const inv = (atMs: number, op: Operation, call: number, more: Partial<InvBody>) =>
    add(atMs, { kind: 'inv', op, call, attempt: 1, agent: 1, conn: 'a1', rpcId: events.length, ...more });
  const effect = (atMs: number, call: number, phase: 'begin' | 'commit') =>
    add(atMs, { kind: 'fx', token: `token-${call}`, call, phase, boot: 1, at: Math.round(atMs * 1e6) });
  add(0, { kind: 'run', schema: HISTORY_SCHEMA, startedAt: new Date(WALL).toISOString(), time: 'real' });
  const index = () => indexHistory(plan, { events, cut: false });
  return {
    plan,
    add,
    create: (atMs, call, more = {}) => inv(atMs, 'create', call, { intended: Math.round(atMs * 1e6), ...more }),
    read: (atMs, call, task, more = {}) => inv(atMs, 'get', call, { task, ...more }),
    cancel: (atMs, call, task) => inv(atMs, 'cancel', call, { task }),
    ok: (atMs, of, more = {}) => add(atMs, { kind: 'ok', of, ...more }),
    fail: (atMs, of, reason, more = {}) => add(atMs, { of, reason, ...more, kind: 'fail' }),
    info: (atMs, of, reason, more = {}) => add(atMs, { of, reason, ...more, kind: 'info' }),
    begin: (atMs, call) => effect(atMs, call, 'begin'),
    commit: (atMs, call) => effect(atMs, call, 'commit'),
    finish(atMs, call, task, { echo, useMs = 0 } = {}) {
      add(atMs, { kind: 'know', task, call, agent: 1 });
      add(atMs, { kind: 'bind', task, call, agent: 1, echo: echo ?? `token-${call}` });
      if (useMs !== null) add(atMs + useMs, { kind: 'use', call, inputs: [task], agent: 1 });
    },
    frame: (atMs, rpcId, dir, bytes) => add(atMs, frameOf(rpcId, dir, bytes)),
    audit: (atMs) => void add(atMs, { kind: 'note', topic: 'audit' }),
    end: (atMs) => void add(atMs, { kind: 'note', topic: 'end' }),
    date: (atMs) => new Date(WALL + atMs).toISOString(),
    index,
    async measure(metric) {
      return (await loadUnit(metrics, 'metric', metric)).measure({ plan, history: index() });
    },
  };
}

function frameOf(rpcId: number, dir: 'in' | 'out', bytes: number): FrameBody {
  const type = dir === 'out' ? 'request' : 'response';
  return { kind: 'frame', conn: 'a1', dir, action: 'pass', bytes, type, rpcId };
}

function planOf(count: number, options: NonNullable<Parameters<typeof createStory>[1]>): Plan {
  const plan = samplePlan(count);
  return {
    ...plan,
    target: { ...sampleTarget(options.facts), ...(options.kind ? { kind: options.kind } : {}) },
    calls: plan.calls.map((call) => ({ ...call, ...options.call })),
    agents: { ...plan.agents, backoff: options.backoff ?? plan.agents.backoff },
    slaMs: options.slaMs ?? 15_000,
    load: options.load ?? plan.load,
    ...(options.isForeign === true ? { client: { label: null } } : {}),
  };
}
