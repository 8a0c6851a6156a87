import { type Drive, type RunResult, runCourse } from '../execution/course.ts';
import { settingOptions } from '../execution/server-settings.ts';
import { loadUnits } from '../execution/units.ts';
import type { Event } from '../model/event.ts';
import { type Plan, type PlannedTarget, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { restoreTarget } from '../targets/index.ts';
import type { ToolPages } from '../wire/dialects/adapter.ts';
import { openSimulatedBed } from './bed.ts';
import { createEventLog } from './event-log.ts';
import { loadServer } from './load-server.ts';
import { createMessageReader } from './message-reader.ts';
import { enterRealm } from './realm.ts';
import { createRunFolder } from './run-folder.ts';
import { createRemains } from './thread-remains.ts';
import { warmUp } from './warm-up.ts';

/** A thread that runs plans against one target in virtual time, one after the other. */
export interface Simulation {
  /**
   * Runs a plan: the same plan gives the same events, byte for byte. Throws a UsageError for what cannot be simulated, and
   * what is our own fault.
   */
  run(options: SimulatedRun): Promise<RunResult>;
  /** Gives the thread its own time back. */
  close(): void;
}

export interface SimulatedRun {
  readonly plan: Plan;
  onEvent(event: Event): void;
  /** What a boot wrote to stdout and stderr (its end), when it is over. */
  onOutput?(boot: number, text: string): void;
  /** Where the raw ledger goes; absent: nowhere. */
  readonly ledger?: string;
  /** Aborted by an interrupt: the run ends early and stays judgeable. */
  readonly signal?: AbortSignal;
  /** What the agents do in place of the planned load; left out: that load. */
  readonly drive?: Drive;
}

/**
 * Makes this thread's platform virtual and loads the target's code into it, once. `scratch`: an existing folder for what
 * servers keep. Throws a UsageError when the module cannot be loaded or its server does not answer.
 */
export async function openSimulation(options: {
  readonly target: PlannedTarget;
  readonly scratch: string;
}): Promise<Simulation> {
  const { scratch } = options;
  const realm = enterRealm();
  const target = restoreTarget(options.target);
  try {
    const server = await loadServer(target);
    await warmUp({ realm, server, target, scratch });
    const remains = createRemains();
    const toolPages: ToolPages = new Map();
    const read = createMessageReader();
    const folder = createRunFolder(scratch);
    return {
      async run({ plan, onEvent, onOutput, ledger = null, signal: asked, drive }) {
        const units = await loadUnits(plan);
        const directory = folder.open();
        const { epochMs } = plan.virtual ?? VIRTUAL_DEFAULTS;
        const world = realm.createWorld({ seed: plan.seed, epochMs });
        const ending = new AbortController();
        const { signal } = ending;
        let isServing = false;
        // Whoever runs when it comes, who hears of it is the harness.
        const interrupt = () => world.enter(world.harness, () => ending.abort(asked?.reason));
        asked?.addEventListener('abort', interrupt, { once: true });
        // It may have come while the units were loaded.
        if (asked?.aborted) interrupt();
        try {
          return await world.run(() => {
            const recorder = createEventLog(world.harnessClock, onEvent);
            return runCourse({
              plan,
              units,
              recorder,
              clock: world.harnessClock,
              signal,
              onServing: () => {
                isServing = true;
              },
              openBed: (parts) =>
                openSimulatedBed({
                  ...parts,
                  plan,
                  target,
                  world,
                  recorder,
                  signal,
                  server: server.loaded,
                  options: { ...server.options, ...settingOptions(plan) },
                  directory,
                  remains,
                  toolPages,
                  read,
                  onOutput,
                  ledgerCopy: ledger,
                }),
              stopMs: () => plan.limits.stopMs,
              ...(drive ? { drive } : {}),
            });
          });
        } catch (error) {
          // What was in the making when the interrupt came fails in its own way; the history simply ends here.
          if (isServing || !signal.aborted) throw error;
          return { interrupted: true, server: null };
        } finally {
          asked?.removeEventListener('abort', interrupt);
          folder.close();
        }
      },
      close: () => realm.leave(),
    };
  } catch (error) {
    realm.leave();
    throw error;
  }
}
