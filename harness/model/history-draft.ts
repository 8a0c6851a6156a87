import type { ActBody, Event, EventOf, FaultBody, FxBody, InvBody, ProcBody, Stamped } from './event.ts';
import type { CallView, Exchange, TaskView } from './history-index.ts';
import type { Plan, PlannedCall } from './plan.ts';
import type { TextSharer } from './shared-text.ts';

/** A view while it is being made. */
export type Draft<View> = {
  -readonly [Key in keyof View]: View[Key] extends readonly (infer Item)[] ? Item[] : View[Key];
};
export type End = NonNullable<Exchange['end']>;
export type OpenExchange = { readonly inv: Stamped<InvBody>; end: Exchange['end'] };
type BootDraft = {
  boot: number;
  spawn: Stamped<ProcBody> | null;
  ready: Stamped<ProcBody> | null;
  exit: Stamped<ProcBody> | null;
};

/** What is known so far, while one pass goes over the events. */
export interface State {
  readonly run: EventOf<'run'>;
  /** null: the events are somebody else's and stay as they are. */
  readonly sharer: TextSharer | null;
  readonly calls: Map<number, Draft<CallView>>;
  readonly tasks: Map<string, Draft<TaskView>>;
  readonly exchanges: OpenExchange[];
  readonly open: Map<number, OpenExchange>;
  /** By seq of the request: the ids of further requests of the same operation. */
  readonly furtherIds: Map<number, NonNullable<End['rpcIds']>>;
  readonly strays: End[];
  readonly boots: Map<number, BootDraft>;
  readonly faults: Stamped<FaultBody>[];
  readonly effects: Stamped<FxBody>[];
  readonly pushes: EventOf<'push'>[];
  readonly acts: Stamped<ActBody>[];
  readonly gens: EventOf<'gen'>[];
  readonly notes: EventOf<'note'>[];
  readonly bootStarts: { readonly seq: number; readonly boot: number }[];
  lastHealT: number;
}

export function stateFrom(plan: Plan, run: Event, sharer: TextSharer | null): State {
  if (run.kind !== 'run') throw new Error(`a history starts with a run line, got ${run.kind}`);
  return {
    run,
    sharer,
    calls: new Map(plan.calls.map((planned) => [planned.call, emptyCall(planned)])),
    tasks: new Map(),
    exchanges: [],
    open: new Map(),
    furtherIds: new Map(),
    strays: [],
    boots: new Map(),
    faults: [],
    effects: [],
    pushes: [],
    acts: [],
    gens: [],
    notes: [],
    bootStarts: [],
    lastHealT: 0,
  };
}

export function emptyCall(planned: PlannedCall): Draft<CallView> {
  return {
    planned,
    creates: NOTHING,
    acks: NOTHING,
    tasks: NOTHING,
    reads: NOTHING,
    cancels: NOTHING,
    begins: NOTHING,
    commits: NOTHING,
    knows: NOTHING,
    binds: NOTHING,
    uses: NOTHING,
    quits: NOTHING,
    notes: NOTHING,
  };
}

/** A list nobody has put anything into yet, shared by all: a call has a dozen lists, and most stay empty. */
export const NOTHING: never[] = [];
Object.freeze(NOTHING);

// To push onto a list of one makes room for seventeen, and so does a spread; there are a dozen lists a call.
const EXACT_MAX = 8;

/** The list with one more item, and as long as one is short, without room for more. */
export function appended<Item>(list: Item[], item: Item): Item[] {
  if (list.length === 0) return [item];
  if (list.length < EXACT_MAX) return list.concat([item]);
  list.push(item);
  return list;
}
