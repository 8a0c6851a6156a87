import { createCompactStore } from './compact-store.ts';
import type { Derivations } from './derivation.ts';
import type {
  ActBody,
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
import { createArrayStore, type EventList, type FrameList } from './event-store.ts';
import type { Folded } from './folded.ts';
import type { TokenSearch } from './foreign-tokens.ts';
import { readEvents } from './history.ts';
import { createIndexBuilder } from './history-index-builder.ts';
import type { Plan, PlannedCall } from './plan.ts';

/** A history made searchable once, in O(n), so that no two checkers or metrics derive the same thing differently. */
export interface HistoryIndex {
  readonly events: EventList;
  readonly cut: boolean;
  readonly run: EventOf<'run'>;
  /** In the order of the plan: calls[0] is call 1. */
  readonly calls: readonly CallView[];
  call(number: number): CallView | undefined;
  readonly tasks: ReadonlyMap<string, TaskView>;
  readonly exchanges: readonly Exchange[];
  readonly boots: readonly BootView[];
  readonly frames: FrameList;
  readonly faults: readonly Stamped<FaultBody>[];
  readonly effects: readonly Stamped<FxBody>[];
  readonly pushes: readonly EventOf<'push'>[];
  readonly acts: readonly Stamped<ActBody>[];
  readonly gens: readonly EventOf<'gen'>[];
  readonly notes: readonly EventOf<'note'>[];
  /** Boots that a fault entry ended (F12, F13), in order. */
  readonly strikes: readonly Strike[];
  /** Ends that belong to no open request: a second end, or an end of nothing. The harness's own fault. */
  readonly strays: readonly (Stamped<OkBody> | Stamped<UnsureBody>)[];
  /** Events that did not follow on the one before: a gap in seq, or time that went back. The harness's own fault. */
  readonly disorder: readonly { readonly before: Place; readonly event: Place }[];
  /** What stands for events that the run let go (--record counts); null: every event is here. */
  readonly folded: Folded | null;
  /** Tokens of others in what agents were sent: found while indexing, for the texts may not be kept. */
  readonly foreignTokens: TokenSearch;
  /** What units derived from it so far (derivation.ts). */
  readonly derivations: Derivations;
  /** seq of the note 'drained': the load is done. null: it never was. */
  readonly drainedSeq: number | null;
  /** seq of the note 'audit': reads from there on are final reads. null: the run never came that far. */
  readonly auditSeq: number | null;
  /** The run was interrupted (note 'interrupted', or no note 'end'). */
  readonly interrupted: boolean;
  /** ns: latest heal (see heal.ts). 0: nothing ever broke. */
  readonly lastHealT: number;
  /** ns of the last event. */
  readonly endT: number;
  /** The boot that was up (or the last one) at an event. */
  bootAt(seq: number): number;
  /** The frames of one request and its replies, by connection and rpc id, in order. */
  framesOf(inv: Stamped<InvBody>): readonly Stamped<FrameBody>[];
  /** The frames of every connection and id, each group in order; the groups in no order. */
  frameGroups(): Iterable<readonly Stamped<FrameBody>[]>;
}

/** Where an event stands. */
export interface Place {
  readonly seq: number;
  readonly t: number;
}

/** One boot ended by one fault entry. `seq` and `t`: when the fault struck (its start, else the exit it caused). */
export interface Strike {
  readonly entry: string;
  readonly fault: string;
  readonly boot: number;
  readonly seq: number;
  readonly t: number;
  readonly exit: Stamped<ProcBody>;
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
  /** ns: creation + the largest ttl ever shown, never later than the truth; Infinity: no limit was shown. */
  readonly expiresT: number;
}

export interface BootView {
  readonly boot: number;
  readonly spawn: Stamped<ProcBody> | null;
  readonly ready: Stamped<ProcBody> | null;
  readonly exit: Stamped<ProcBody> | null;
}

/** Builds the index. The events must start with a run line; numbers of unknown calls are ignored, as unknown fields are. */
export function indexHistory(
  plan: Plan,
  history: { readonly events: readonly Event[]; readonly cut: boolean },
): HistoryIndex {
  const builder = createIndexBuilder(plan, createArrayStore(history.events));
  for (const event of history.events) builder.add(event);
  return builder.finish(history.cut);
}

/** The index of what a fold has kept, in the order of its seq, and of what it says of the rest. Takes the events over. */
export function indexFolded(plan: Plan, kept: Iterable<Event>, folded: Folded): HistoryIndex {
  const builder = createIndexBuilder(plan, createCompactStore(), folded);
  for (const event of kept) builder.add(event);
  return builder.finish(false);
}

/** The index of a saved history. Throws a UsageError as `readEvents` does. */
export async function readIndex(plan: Plan, path: string): Promise<HistoryIndex> {
  const builder = createIndexBuilder(plan, createCompactStore());
  const { cut } = await readEvents(path, builder.add);
  return builder.finish(cut);
}
