import type { Event, InvBody, Stamped } from './event.ts';
import type { EventStore } from './event-store.ts';
import type { Folded } from './folded.ts';
import { createTokenWatch } from './foreign-tokens.ts';
import { createHealWatch } from './heal.ts';
import {
  appended,
  type Draft,
  type End,
  emptyCall,
  NOTHING,
  type OpenExchange,
  type State,
  stateFrom,
} from './history-draft.ts';
import type { Acked, HistoryIndex, Sighting, TaskView } from './history-index.ts';
import { bootAt, strikesOf } from './history-lookup.ts';
import { isTerminal } from './operation.ts';
import { createOrderWatch } from './order-watch.ts';
import type { Plan } from './plan.ts';
import { createTextSharer } from './shared-text.ts';
import { CLOCK_JUMP, finalExpiry, shownExpiry } from './task-expiry.ts';

export interface IndexBuilder {
  /** Takes the next event. */
  add(event: Event): void;
  /** Call once, after the last. `cut`: the history ends in the middle of a line. */
  finish(cut: boolean): HistoryIndex;
}

/** Builds an index in one pass, O(n). The first event must be a run line. `folded`: events are missing, and this says of them what counts. */
export function createIndexBuilder(plan: Plan, store: EventStore, folded: Folded | null = null): IndexBuilder {
  const isHeal = createHealWatch(plan);
  const order = createOrderWatch();
  const tokens = createTokenWatch(plan);
  let state: State | null = null;
  return {
    add(event) {
      state ??= stateFrom(plan, event, store.isOwner ? createTextSharer() : null);
      order.see(event);
      if (event.kind === 'frame') tokens.see(event);
      state.sharer?.share(event);
      store.add(event);
      add(state, event);
      if (isHeal(event)) state.lastHealT = Math.max(state.lastHealT, event.t);
    },
    finish(cut) {
      if (state === null) throw new Error('a history starts with a run line, got nothing');
      const { disorder } = folded ?? order;
      const rest = { cut, disorder, folded, endT: order.last().t, foreignTokens: tokens.found() };
      return { ...finish(plan, state, store), ...rest };
    },
  };
}

function add(state: State, event: Event): void {
  switch (event.kind) {
    case 'inv':
      addInvocation(state, event);
      return;
    case 'ok':
    case 'fail':
    case 'info':
      addEnd(state, event);
      return;
    case 'push':
      state.pushes.push(event);
      if (event.task !== undefined) sight(state, taskOf(state, event.task, 0), { event });
      return;
    case 'fx': {
      state.effects.push(event);
      const call = event.call === null ? undefined : state.calls.get(event.call);
      if (call === undefined) return;
      if (event.phase === 'commit') call.commits = appended(call.commits, event);
      else call.begins = appended(call.begins, event);
      return;
    }
    case 'fault':
      state.faults.push(event);
      return;
    case 'proc': {
      const boot = state.boots.get(event.boot) ?? { boot: event.boot, spawn: null, ready: null, exit: null };
      state.boots.set(event.boot, boot);
      // Of several processes the first start and the last word count: the boot is whole when all are ready.
      if (event.phase !== 'spawn' || boot.spawn === null) boot[event.phase] = event;
      if (event.phase === 'spawn') state.bootStarts.push({ seq: event.seq, boot: event.boot });
      return;
    }
    case 'note':
      state.notes.push(event);
      return;
    default:
      addAgentEvent(state, event);
  }
}

function addAgentEvent(state: State, event: Event): void {
  if (event.kind === 'gen') state.gens.push(event);
  else if (event.kind === 'act') state.acts.push(event);
  const call = 'call' in event && typeof event.call === 'number' ? state.calls.get(event.call) : undefined;
  if (call === undefined) return;
  if (event.kind === 'know') call.knows = appended(call.knows, event);
  else if (event.kind === 'bind') call.binds = appended(call.binds, event);
  else if (event.kind === 'use') call.uses = appended(call.uses, event);
  else if (event.kind === 'quit') call.quits = appended(call.quits, event);
  else if (event.kind === 'act' || event.kind === 'idle') call.notes = appended(call.notes, event);
}

function addInvocation(state: State, inv: Stamped<InvBody>): void {
  const exchange: OpenExchange = { inv, end: null };
  state.open.set(inv.seq, exchange);
  state.exchanges.push(exchange);
  const call = state.calls.get(inv.call);
  // What becomes of somebody else's attempt says nothing of the call.
  if (call === undefined || inv.trespass === true) return;
  if (inv.op === 'create') call.creates = appended(call.creates, exchange);
  else if (inv.op === 'cancel') call.cancels = appended(call.cancels, exchange);
  else if (inv.op === 'get' || inv.op === 'result') call.reads = appended(call.reads, exchange);
}

function addEnd(state: State, event: End): void {
  const exchange = state.open.get(event.of);
  if (!exchange) {
    state.strays.push(event);
    return;
  }
  exchange.end = event;
  state.open.delete(event.of);
  if (event.rpcIds !== undefined) state.furtherIds.set(event.of, event.rpcIds);
  const { inv } = exchange;
  if (inv.trespass === true) return;
  const owner = typeof inv.agent === 'number' ? inv.agent : (inv.as ?? 0);
  const id = (event.kind === 'ok' ? event.task : undefined) ?? inv.task;
  if (inv.op === 'create' && event.kind === 'ok') addAck(state, { inv, end: event }, id, owner);
  if (id === undefined) return;
  // A read belongs to the task that was asked for, whatever id the answer carries.
  const task = taskOf(state, inv.task ?? id, owner);
  if (inv.op === 'get' || inv.op === 'result') {
    task.reads = appended(task.reads, exchange);
    if (inv.agent === 'auditor') task.finalReads = appended(task.finalReads, exchange);
  }
  if (event.kind === 'ok') sight(state, task, { event, inv });
}

function addAck(state: State, acked: Acked, id: string | undefined, owner: number): void {
  const call = state.calls.get(acked.inv.call);
  if (call) call.acks = appended(call.acks, acked);
  if (id === undefined) return;
  const task = taskOf(state, id, owner);
  task.acks = appended(task.acks, acked);
  if (!task.calls.includes(acked.inv.call)) task.calls = appended(task.calls, acked.inv.call);
  if (call && !call.tasks.includes(id)) call.tasks = appended(call.tasks, id);
}

function taskOf(state: State, id: string, owner: number): Draft<TaskView> {
  const known = state.tasks.get(id);
  if (known) {
    // A notification may come before the receipt and knows no owner.
    if (known.owner === 0) known.owner = owner;
    return known;
  }
  const fresh: Draft<TaskView> = {
    id,
    calls: NOTHING,
    owner,
    acks: NOTHING,
    reads: NOTHING,
    finalReads: NOTHING,
    sightings: NOTHING,
    settled: null,
    expiresT: Number.NEGATIVE_INFINITY,
  };
  state.tasks.set(id, fresh);
  return fresh;
}

function sight(state: State, task: Draft<TaskView>, sighting: Sighting): void {
  const { event } = sighting;
  if (event.status === undefined && event.ttlMs === undefined) return;
  state.sharer?.shareAnswer(event, task.sightings.at(-1)?.event);
  task.sightings = appended(task.sightings, sighting);
  if (task.settled === null && isTerminal(event.status)) task.settled = sighting;
  if (event.ttlMs === undefined) return;
  task.expiresT = Math.max(task.expiresT, shownExpiry(state, task, event));
}

function finish(
  plan: Plan,
  state: State,
  store: EventStore,
): Omit<HistoryIndex, 'cut' | 'disorder' | 'folded' | 'endT' | 'foreignTokens'> {
  for (const exchange of state.open.values()) {
    const task = state.tasks.get(exchange.inv.task ?? '');
    if (task) task.reads = appended(task.reads, exchange);
  }
  // Faults may be many, and those that set a clock are few.
  const origin = { ...state, faults: state.faults.filter(({ id }) => id === CLOCK_JUMP) };
  for (const task of state.tasks.values()) task.expiresT = finalExpiry(plan, origin, task);
  const noteSeq = (topic: string) => state.notes.find((note) => note.topic === topic)?.seq ?? null;
  const boots = [...state.boots.values()].sort((a, b) => a.boot - b.boot);
  return {
    events: store.events,
    run: state.run,
    calls: plan.calls.map((planned) => state.calls.get(planned.call) ?? emptyCall(planned)),
    call: (number) => state.calls.get(number),
    tasks: state.tasks,
    exchanges: state.exchanges,
    boots,
    frames: store.frames,
    faults: state.faults,
    effects: state.effects,
    pushes: state.pushes,
    acts: state.acts,
    gens: state.gens,
    notes: state.notes,
    strikes: strikesOf(boots, state.faults),
    strays: state.strays,
    derivations: new Map(),
    drainedSeq: noteSeq('drained'),
    auditSeq: noteSeq('audit'),
    interrupted: noteSeq('interrupted') !== null || noteSeq('end') === null,
    lastHealT: state.lastHealT,
    bootAt: (seq) => bootAt(state.bootStarts, seq),
    frameGroups: store.frameGroups,
    framesOf({ seq, conn, rpcId }) {
      const first = store.framesOf({ conn, rpcId });
      const further = state.furtherIds.get(seq);
      if (further === undefined) return first;
      return [...first, ...further.flatMap((id) => store.framesOf({ conn, rpcId: id }))];
    },
  };
}
