import type { ActBody, Event, EventOf, FaultBody, FxBody, InvBody, ProcBody, Stamped } from './event.ts';
import type { CallView, Exchange, Place, TaskView } from './history-index.ts';
import type { Plan, PlannedCall } from './plan.ts';

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
  readonly disorder: { readonly before: Place; readonly event: Place }[];
  lastHealT: number;
  readonly last: { seq: number; t: number };
}

export function stateFrom(plan: Plan, run: Event): State {
  if (run.kind !== 'run') throw new Error(`a history starts with a run line, got ${run.kind}`);
  return {
    run,
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
    disorder: [],
    lastHealT: 0,
    last: { seq: run.seq - 1, t: run.t },
  };
}

export function emptyCall(planned: PlannedCall): Draft<CallView> {
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
