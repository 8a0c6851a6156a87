import { msOf } from '../model/clock.ts';
import type { Event, EventOf } from '../model/event.ts';
import { isTerminal } from '../model/operation.ts';
import { percentile } from '../model/percentile.ts';

/** What a person wants to know while a run goes on. Times are ms. */
export interface Progress {
  readonly elapsedMs: number;
  readonly calls: number;
  readonly acked: number;
  readonly settled: number;
  readonly inFlight: number;
  readonly boots: number;
  readonly isServerUp: boolean;
  /** Entries of faults that are on now: F31#1. */
  readonly activeFaults: readonly string[];
  /** Strikes that were proven, by code. */
  readonly strikes: Readonly<Record<string, number>>;
  readonly ack: Spread;
  readonly lag: Spread;
  /** Seen with the naked eye while running; the judge has the last word. */
  readonly suspicions: { readonly lost: number; readonly doubled: number };
  readonly phase: 'starting' | 'load' | 'healing' | 'final reads' | 'done';
}

export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface ProgressState {
  observe(event: Event): void;
  read(): Progress;
}

// A progress line needs no more than the recent past, and redrawing must stay cheap over hours.
const SAMPLES_MAX = 2000;

/** Follows a run by its events. Costs O(1) an event. */
export function createProgressState(options: { readonly calls: number; readonly hasKey: boolean }): ProgressState {
  const state: State = {
    t: 0,
    phase: 'starting',
    boots: 0,
    isUp: false,
    creates: new Map<number, { call: number; intended: number }>(),
    reads: new Map<number, string>(),
    taskOf: new Map<number, string>(),
    callOf: new Map<string, number>(),
    settled: new Set<string>(),
    commits: new Map<number, number>(),
    lostTasks: new Set<string>(),
    doubledCalls: new Set<number>(),
    active: new Set<string>(),
    strikes: new Map<string, number>(),
    ackMs: sampleWindow(),
    lagMs: sampleWindow(),
  };
  return {
    observe: (event) => observe(state, event, options.hasKey),
    read: () => ({
      elapsedMs: msOf(state.t),
      calls: options.calls,
      acked: state.taskOf.size,
      settled: state.settled.size,
      inFlight: state.callOf.size - state.settled.size,
      boots: state.boots,
      isServerUp: state.isUp,
      activeFaults: [...state.active].sort(),
      strikes: Object.fromEntries([...state.strikes].sort()),
      ack: state.ackMs.spread(),
      lag: state.lagMs.spread(),
      suspicions: { lost: state.lostTasks.size, doubled: state.doubledCalls.size },
      phase: state.phase,
    }),
  };
}

interface State {
  t: number;
  phase: Progress['phase'];
  boots: number;
  isUp: boolean;
  readonly creates: Map<number, { call: number; intended: number }>;
  readonly reads: Map<number, string>;
  readonly taskOf: Map<number, string>;
  readonly callOf: Map<string, number>;
  readonly settled: Set<string>;
  readonly commits: Map<number, number>;
  readonly lostTasks: Set<string>;
  readonly doubledCalls: Set<number>;
  readonly active: Set<string>;
  readonly strikes: Map<string, number>;
  readonly ackMs: SampleWindow;
  readonly lagMs: SampleWindow;
}

function observe(state: State, event: Event, hasKey: boolean): void {
  state.t = event.t;
  switch (event.kind) {
    case 'inv':
      if (event.op === 'create')
        state.creates.set(event.seq, { call: event.call, intended: event.intended ?? event.t });
      else if (event.task !== undefined) state.reads.set(event.seq, event.task);
      if (state.phase === 'starting') state.phase = 'load';
      break;
    case 'ok':
      observeAnswer(state, event);
      break;
    case 'fail':
    case 'info': {
      const task = state.reads.get(event.of);
      if (task !== undefined && event.reason === 'not-found') state.lostTasks.add(task);
      state.reads.delete(event.of);
      state.creates.delete(event.of);
      break;
    }
    case 'fx':
      if (event.phase !== 'commit' || event.call === null) break;
      if (hasKey && state.commits.has(event.call)) state.doubledCalls.add(event.call);
      else state.commits.set(event.call, event.at);
      break;
    case 'fault':
      if (event.phase === 'start') state.active.add(event.entry);
      if (event.phase === 'stop') state.active.delete(event.entry);
      if (event.phase === 'verified') state.strikes.set(event.id, (state.strikes.get(event.id) ?? 0) + 1);
      break;
    case 'proc':
      state.boots = Math.max(state.boots, event.boot);
      state.isUp = event.phase === 'ready';
      break;
    case 'note':
      if (event.topic === 'drained') state.phase = 'healing';
      if (event.topic === 'audit') state.phase = 'final reads';
      if (event.topic === 'end' || event.topic === 'interrupted') state.phase = 'done';
      break;
    default:
      break;
  }
}

function observeAnswer(state: State, event: EventOf<'ok'>): void {
  const create = state.creates.get(event.of);
  if (create !== undefined) {
    state.creates.delete(event.of);
    const task = event.task ?? `call ${create.call}`;
    if (!state.taskOf.has(create.call)) {
      state.taskOf.set(create.call, task);
      state.ackMs.add(msOf(event.t - create.intended));
    }
    if (!state.callOf.has(task)) state.callOf.set(task, create.call);
    settle(state, task, event);
    return;
  }
  const task = state.reads.get(event.of) ?? event.task;
  state.reads.delete(event.of);
  if (task !== undefined) settle(state, task, event);
}

function settle(state: State, task: string, event: EventOf<'ok'>): void {
  const call = state.callOf.get(task);
  if (call === undefined || !isTerminal(event.status) || state.settled.has(task)) return;
  state.settled.add(task);
  const committedAt = state.commits.get(call);
  if (committedAt !== undefined) state.lagMs.add(msOf(Math.max(0, event.t - committedAt)));
}

interface SampleWindow {
  add(sample: number): void;
  spread(): Spread;
}

/** The last SAMPLES_MAX samples. */
function sampleWindow(): SampleWindow {
  const samples: number[] = [];
  let count = 0;
  return {
    add(sample) {
      samples[count % SAMPLES_MAX] = sample;
      count += 1;
    },
    spread() {
      const ascending = [...samples].sort((a, b) => a - b);
      return { count, p50: percentile(ascending, 0.5), p95: percentile(ascending, 0.95) };
    },
  };
}
