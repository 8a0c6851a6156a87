import type { Clock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { Fault, FaultWatch, ProcessFault, ServerControl, StoreControl } from '../model/fault.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import { ALL_PROCESSES } from '../model/process-name.ts';
import { messageOf } from '../model/usage-error.ts';
import { createBeginWatch } from './begin-watch.ts';
import { createBoundaryWatcher } from './boundary-watcher.ts';
import type { FaultLog } from './fault-log.ts';
import { createMomentWatcher } from './moment-watcher.ts';

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

export interface NemesisOptions {
  readonly plan: Plan;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly server: ServerControl;
  /** What stands under it; absent: nothing that could be reached. */
  readonly store?: StoreControl;
  readonly log: FaultLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Replies held open for this entry are lost now. */
  readonly onStruck: (entry: string) => void;
}

export function createNemesis(options: NemesisOptions): Nemesis {
  const { plan, clock } = options;
  const stopping = new AbortController();
  let queue: Promise<void> = Promise.resolve();

  const enqueue = (entry: PlannedFault, unit: ProcessFault, cause: Record<string, unknown>) => {
    queue = queue.then(async () => {
      if (stopping.signal.aborted || options.signal.aborted) return;
      await strike(options, { entry, unit, cause, watch: begins });
    });
  };
  const after = (ms: number, act: () => void) => {
    if (ms <= 0) act();
    // Rejected only when the load has drained first: then the entry stays unverified, and the verdict says so.
    else void clock.sleep(ms, stopping.signal).then(act, () => {});
  };
  const watcher = createMomentWatcher(plan.faults, (entry, cause) => {
    const unit = processFault(options.faults, entry);
    const ms = entry.trigger.kind === 'event' ? entry.trigger.ms : 0;
    if (unit !== null) after(ms, () => enqueue(entry, unit, cause));
  });
  const begins = createBeginWatch();
  const crossBoundary = createBoundaryWatcher(plan.faults, (entry, cause) => {
    const unit = processFault(options.faults, entry);
    if (unit !== null) enqueue(entry, unit, cause);
  });
  return {
    observe(event) {
      watcher.observe(event);
      begins.observe(event);
      crossBoundary(event);
    },
    createAnswered: (call) => watcher.reached('create-answered', call, null),
    start() {
      for (const entry of plan.faults) {
        const unit = processFault(options.faults, entry);
        if (entry.trigger.kind !== 'time' || unit === null) continue;
        const { atMs } = entry.trigger;
        after(atMs - clock.now() / 1e6, () => enqueue(entry, unit, { atMs }));
      }
    },
    async stop() {
      stopping.abort(new Error('the load has drained'));
      await queue;
    },
  };
}

async function strike(
  options: NemesisOptions,
  blow: {
    readonly entry: PlannedFault;
    readonly unit: ProcessFault;
    readonly cause: Record<string, unknown>;
    readonly watch: FaultWatch;
  },
): Promise<void> {
  const { log } = options;
  const { entry, unit, cause, watch } = blow;
  log.start(entry, cause);
  try {
    const running = unit.start(entry, aimedAt(entry, options.server), options.store, watch);
    // The blow falls synchronously inside start(); whatever was held for it must not be delivered any more.
    options.onStruck(entry.entry);
    const { evidence, undo } = await running;
    log.verified(entry.entry, { ...cause, ...evidence });
    log.stop(entry.entry, await undo());
  } catch (error) {
    // A server that does not come back is the server's failure: the history shows it, the judge says it.
    log.stop(entry.entry, { error: messageOf(error) });
  }
}

function processFault(faults: ReadonlyMap<string, Fault>, entry: PlannedFault): ProcessFault | null {
  const fault = faults.get(entry.fault);
  return fault !== undefined && 'start' in fault ? fault : null;
}

/** The process that the entry strikes: one of several, or the whole server. */
function aimedAt({ entry, process }: PlannedFault, server: ServerControl): ServerControl {
  if (process === undefined || process === ALL_PROCESSES) return server;
  if (server.of === undefined) throw new Error(`${entry} strikes ${process} of a server that runs in one process`);
  return server.of(process);
}
