import type {
  Event,
  EventOf,
  FaultBody,
  FrameBody,
  FxBody,
  InvBody,
  OkBody,
  ProcBody,
  Stamped,
  UnsureBody,
} from './event.ts';
import { isTerminal } from './operation.ts';
import type { Plan, PlannedCall } from './plan.ts';

/** A history made searchable once, in O(n), so that no two checkers or metrics derive the same thing differently. */
export interface HistoryIndex {
  readonly events: readonly Event[];
  readonly cut: boolean;
  readonly run: EventOf<'run'>;
  /** In the order of the plan: calls[0] is call 1. */
  readonly calls: readonly CallView[];
  call(number: number): CallView | undefined;
  readonly tasks: ReadonlyMap<string, TaskView>;
  readonly exchanges: readonly Exchange[];
  readonly boots: readonly BootView[];
  readonly frames: readonly Stamped<FrameBody>[];
  readonly faults: readonly Stamped<FaultBody>[];
  readonly effects: readonly Stamped<FxBody>[];
  readonly pushes: readonly EventOf<'push'>[];
  /** seq of the note 'audit': reads from there on are final reads. null: the run never came that far. */
  readonly auditSeq: number | null;
  /** The run was interrupted (note 'interrupted', or no note 'end'). */
  readonly interrupted: boolean;
  /** ns: latest heal (fault stop, or a boot that became ready) before the audit. 0: nothing ever broke. */
  readonly lastHealT: number;
  /** ns of the last event. */
  readonly endT: number;
  /** The boot that was up (or the last one) at an event. */
  bootAt(seq: number): number;
}

/** A request and how it ended; `end` null: the run stopped first. */
export interface Exchange {
  readonly inv: Stamped<InvBody>;
  readonly end: Stamped<OkBody> | Stamped<UnsureBody> | null;
}

export interface CallView {
  readonly planned: PlannedCall;
  /** Every create sent for it, probes included, by seq. */
  readonly creates: readonly Exchange[];
  /** Creates that were definitely accepted. */
  readonly acks: readonly Acked[];
  /** Tasks it was given, in order of their first ack. */
  readonly tasks: readonly string[];
  /** get and result, by its agent and by the auditor. */
  readonly reads: readonly Exchange[];
  readonly cancels: readonly Exchange[];
  readonly begins: readonly Stamped<FxBody>[];
  readonly commits: readonly Stamped<FxBody>[];
  readonly knows: readonly EventOf<'know'>[];
  readonly binds: readonly EventOf<'bind'>[];
  readonly uses: readonly EventOf<'use'>[];
  readonly quits: readonly EventOf<'quit'>[];
  readonly notes: readonly EventOf<'act' | 'idle'>[];
}

export interface Acked {
  readonly inv: Stamped<InvBody>;
  readonly end: Stamped<OkBody>;
}

/** One sighting of a task: the answer to a create, get, result or cancel, or a notification. */
export interface Sighting {
  readonly event: Stamped<OkBody> | EventOf<'push'>;
  /** Absent for a notification. */
  readonly inv?: Stamped<InvBody>;
}

export interface TaskView {
  readonly id: string;
  /** Calls that were given this id (more than one: S12, or a shared key). */
  readonly calls: readonly number[];
  /** The agent that got its receipt first. */
  readonly owner: number;
  readonly acks: readonly Acked[];
  /** get and result, good and bad, by seq of their end; those that never ended last. */
  readonly reads: readonly Exchange[];
  readonly finalReads: readonly Exchange[];
  /** Everything that showed a status, by seq. */
  readonly sightings: readonly Sighting[];
  /** First sighting of a terminal status; null: never. */
  readonly settled: Sighting | null;
  /** ns: createdAt + the largest ttl ever shown; Infinity: no limit was shown. */
  readonly expiresT: number;
}

export interface BootView {
  readonly boot: number;
  readonly spawn: Stamped<ProcBody> | null;
  readonly ready: Stamped<ProcBody> | null;
  readonly exit: Stamped<ProcBody> | null;
}

interface CallDraft {
  planned: PlannedCall;
  creates: Exchange[];
  acks: Acked[];
  tasks: string[];
  reads: Exchange[];
  cancels: Exchange[];
  begins: Stamped<FxBody>[];
  commits: Stamped<FxBody>[];
  knows: EventOf<'know'>[];
  binds: EventOf<'bind'>[];
  uses: EventOf<'use'>[];
  quits: EventOf<'quit'>[];
  notes: EventOf<'act' | 'idle'>[];
}

interface TaskDraft {
  id: string;
  calls: number[];
  owner: number;
  acks: Acked[];
  reads: Exchange[];
  finalReads: Exchange[];
  sightings: Sighting[];
  settled: Sighting | null;
  expiresT: number;
}

/** Builds the index. The events must start with a run line; numbers of unknown calls are ignored, as unknown fields are. */
export function indexHistory(
  plan: Plan,
  history: { readonly events: readonly Event[]; readonly cut: boolean },
): HistoryIndex {
  const { events } = history;
  const run = events[0];
  if (run?.kind !== 'run') throw new Error('a history starts with a run line');
  const calls = new Map<number, CallDraft>(plan.calls.map((planned) => [planned.call, emptyCall(planned)]));
  const tasks = new Map<string, TaskDraft>();
  const exchanges: Exchange[] = [];
  const open = new Map<number, { inv: Stamped<InvBody>; end: Exchange['end'] }>();
  const boots = new Map<
    number,
    { boot: number; spawn: BootView['spawn']; ready: BootView['ready']; exit: BootView['exit'] }
  >();
  const frames: Stamped<FrameBody>[] = [];
  const faults: Stamped<FaultBody>[] = [];
  const effects: Stamped<FxBody>[] = [];
  const pushes: EventOf<'push'>[] = [];
  const bootStarts: { seq: number; boot: number }[] = [];
  let auditSeq: number | null = null;
  let lastHealT = 0;
  let interrupted = true;

  const taskOf = (id: string, owner: number): TaskDraft => {
    const known = tasks.get(id);
    if (known) return known;
    const fresh: TaskDraft = {
      id,
      calls: [],
      owner,
      acks: [],
      reads: [],
      finalReads: [],
      sightings: [],
      settled: null,
      expiresT: Number.NEGATIVE_INFINITY,
    };
    tasks.set(id, fresh);
    return fresh;
  };
  const sight = (task: TaskDraft, sighting: Sighting) => {
    const { event } = sighting;
    if (event.status === undefined && event.ttlMs === undefined) return;
    task.sightings.push(sighting);
    if (task.settled === null && isTerminal(event.status)) task.settled = sighting;
    if (event.ttlMs === undefined || event.createdAt === undefined) return;
    const createdT = (Date.parse(event.createdAt) - (run.wall - run.t / 1e6)) * 1e6;
    task.expiresT = Math.max(
      task.expiresT,
      event.ttlMs === null ? Number.POSITIVE_INFINITY : createdT + event.ttlMs * 1e6,
    );
  };

  for (const event of events) {
    switch (event.kind) {
      case 'inv': {
        const exchange = { inv: event, end: null };
        open.set(event.seq, exchange);
        exchanges.push(exchange);
        const call = calls.get(event.call);
        if (event.op === 'create') call?.creates.push(exchange);
        else if (event.op === 'cancel') call?.cancels.push(exchange);
        else if (event.op === 'get' || event.op === 'result') call?.reads.push(exchange);
        break;
      }
      case 'ok':
      case 'fail':
      case 'info': {
        const exchange = open.get(event.of);
        if (!exchange || exchange.end !== null) break;
        exchange.end = event;
        const { inv } = exchange;
        const owner = typeof inv.agent === 'number' ? inv.agent : (inv.as ?? 0);
        const id = (event.kind === 'ok' ? event.task : undefined) ?? inv.task;
        const call = calls.get(inv.call);
        if (inv.op === 'create' && event.kind === 'ok') {
          const acked = { inv, end: event };
          call?.acks.push(acked);
          if (id !== undefined) {
            const task = taskOf(id, owner);
            task.acks.push(acked);
            if (!task.calls.includes(inv.call)) task.calls.push(inv.call);
            if (call && !call.tasks.includes(id)) call.tasks.push(id);
          }
        }
        if (id === undefined) break;
        const task = taskOf(inv.task ?? id, owner);
        if (inv.op === 'get' || inv.op === 'result') {
          task.reads.push(exchange);
          if (inv.agent === 'auditor') task.finalReads.push(exchange);
        }
        if (event.kind === 'ok') sight(task, { event, inv });
        break;
      }
      case 'push': {
        pushes.push(event);
        if (event.task !== undefined) sight(taskOf(event.task, 0), { event });
        break;
      }
      case 'fx': {
        effects.push(event);
        const call = event.call === null ? undefined : calls.get(event.call);
        if (event.phase === 'commit') call?.commits.push(event);
        else call?.begins.push(event);
        break;
      }
      case 'frame':
        frames.push(event);
        break;
      case 'fault':
        faults.push(event);
        if (event.phase === 'stop' && auditSeq === null) lastHealT = Math.max(lastHealT, event.t);
        break;
      case 'proc': {
        const boot = boots.get(event.boot) ?? { boot: event.boot, spawn: null, ready: null, exit: null };
        boots.set(event.boot, boot);
        boot[event.phase] = event;
        if (event.phase === 'spawn') bootStarts.push({ seq: event.seq, boot: event.boot });
        if (event.phase === 'ready' && event.boot > 1 && auditSeq === null) lastHealT = Math.max(lastHealT, event.t);
        break;
      }
      case 'know':
        calls.get(event.call)?.knows.push(event);
        break;
      case 'bind':
        calls.get(event.call)?.binds.push(event);
        break;
      case 'use':
        calls.get(event.call)?.uses.push(event);
        break;
      case 'quit':
        calls.get(event.call)?.quits.push(event);
        break;
      case 'act':
      case 'idle':
        if (event.call !== undefined) calls.get(event.call)?.notes.push(event);
        break;
      case 'note':
        if (event.topic === 'audit') auditSeq = event.seq;
        if (event.topic === 'end') interrupted = false;
        break;
      default:
        break;
    }
  }
  for (const exchange of exchanges) {
    if (exchange.end === null && exchange.inv.task !== undefined) tasks.get(exchange.inv.task)?.reads.push(exchange);
  }
  for (const event of events) if (event.kind === 'note' && event.topic === 'interrupted') interrupted = true;
  for (const task of tasks.values()) {
    if (task.expiresT === Number.NEGATIVE_INFINITY) task.expiresT = Number.POSITIVE_INFINITY;
  }
  const list = plan.calls.map((planned) => calls.get(planned.call) ?? emptyCall(planned));
  return {
    events,
    cut: history.cut,
    run,
    calls: list,
    call: (number) => calls.get(number),
    tasks,
    exchanges,
    boots: [...boots.values()].sort((a, b) => a.boot - b.boot),
    frames,
    faults,
    effects,
    pushes,
    auditSeq,
    interrupted,
    lastHealT,
    endT: events.at(-1)?.t ?? 0,
    bootAt(seq) {
      let low = 0;
      let high = bootStarts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((bootStarts[middle]?.seq ?? 0) <= seq) low = middle + 1;
        else high = middle;
      }
      return bootStarts[low - 1]?.boot ?? 0;
    },
  };
}

function emptyCall(planned: PlannedCall): CallDraft {
  return {
    planned,
    creates: [],
    acks: [],
    tasks: [],
    reads: [],
    cancels: [],
    begins: [],
    commits: [],
    knows: [],
    binds: [],
    uses: [],
    quits: [],
    notes: [],
  };
}
