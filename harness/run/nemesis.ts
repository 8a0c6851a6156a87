import type { Clock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { Fault, ProcessFault, ServerControl } from '../model/fault.ts';
import { isTerminal } from '../model/operation.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { FaultLog } from './fault-log.ts';

/** Strikes the server's process when a planned instant or a predicate over the history says so; one strike at a time. */
export interface Nemesis {
  /** Fed with every event of the history as it is recorded. */
  observe(event: Event): void;
  /** The interposer holds the reply to this call's create in its hands. */
  createAnswered(call: number): void;
  /** Starts the timed entries. */
  start(): void;
  /** No new strikes; waits for the one in progress, whose undo is always called. */
  stop(): Promise<void>;
}

type Moment = 'create-sent' | 'create-answered' | 'acked' | 'begin' | 'commit' | 'terminal-seen';

export function createNemesis(options: {
  readonly plan: Plan;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly server: ServerControl;
  readonly log: FaultLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Replies held open for this entry are lost now. */
  readonly onStruck: (entry: string) => void;
}): Nemesis {
  const { plan, log, clock } = options;
  const waiting = new Map<string, PlannedFault[]>();
  const stopping = new AbortController();
  const callOfInv = new Map<number, { readonly op: string; readonly call: number }>();
  let queue: Promise<void> = Promise.resolve();

  for (const entry of plan.faults) {
    if (entry.trigger.kind !== 'event' || unitOf(entry) === null) continue;
    const place = `${entry.trigger.on}|${entry.trigger.call}`;
    waiting.set(place, [...(waiting.get(place) ?? []), entry]);
  }
  function unitOf(entry: PlannedFault): ProcessFault | null {
    const fault = options.faults.get(entry.fault);
    return fault !== undefined && 'start' in fault ? fault : null;
  }

  const strike = async (entry: PlannedFault, cause: Record<string, unknown>) => {
    const unit = unitOf(entry);
    if (unit === null || stopping.signal.aborted || options.signal.aborted) return;
    log.start(entry, cause);
    try {
      const running = unit.start(entry, options.server);
      // The blow falls synchronously inside start(); whatever was held for it must not be delivered any more.
      options.onStruck(entry.entry);
      const { evidence, undo } = await running;
      log.verified(entry.entry, { ...cause, ...evidence });
      log.stop(entry.entry, await undo());
    } catch (error) {
      // A server that does not come back is the server's failure: the history shows it, the judge says it.
      log.stop(entry.entry, { error: error instanceof Error ? error.message : String(error) });
    }
  };
  const enqueue = (entry: PlannedFault, cause: Record<string, unknown>) => {
    queue = queue.then(() => strike(entry, cause));
  };
  const moment = (on: Moment, call: number, seq: number | null) => {
    const place = `${on}|${call}`;
    const entries = waiting.get(place);
    if (!entries) return;
    waiting.delete(place);
    for (const entry of entries) {
      const ms = entry.trigger.kind === 'event' ? entry.trigger.ms : 0;
      const cause = { on, call, ...(seq === null ? {} : { seq }) };
      if (ms === 0) enqueue(entry, cause);
      else
        void clock.sleep(ms, stopping.signal).then(
          () => enqueue(entry, cause),
          () => {},
        );
    }
  };

  return {
    observe(event) {
      if (waiting.size === 0) return;
      if (event.kind === 'inv') {
        callOfInv.set(event.seq, { op: event.op, call: event.call });
        if (event.op === 'create') moment('create-sent', event.call, event.seq);
      } else if (event.kind === 'ok') {
        const inv = callOfInv.get(event.of);
        callOfInv.delete(event.of);
        if (inv?.op === 'create') moment('acked', inv.call, event.seq);
        if (inv !== undefined && isTerminal(event.status)) moment('terminal-seen', inv.call, event.seq);
      } else if (event.kind === 'fail' || event.kind === 'info') callOfInv.delete(event.of);
      else if (event.kind === 'fx' && event.call !== null) moment(event.phase, event.call, event.seq);
    },
    createAnswered: (call) => moment('create-answered', call, null),
    start() {
      for (const entry of plan.faults) {
        if (entry.trigger.kind !== 'time' || unitOf(entry) === null) continue;
        const { atMs } = entry.trigger;
        const wait = Math.max(0, atMs - clock.now() / 1e6);
        void clock.sleep(wait, stopping.signal).then(
          () => enqueue(entry, { atMs }),
          () => {},
        );
      }
    },
    async stop() {
      stopping.abort(new Error('the load has drained'));
      await queue;
    },
  };
}
