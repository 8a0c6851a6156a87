import { mkdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSystemClock } from '../model/clock.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { makeScratchFolder } from '../simulate/scratch-folder.ts';
import { compileEarly, keepObjectsYoung, MODULE_THREAD_FLAGS, THREAD_LIMITS } from '../simulate/thread-flags.ts';
import type { EveryPointResult } from './every-point.ts';
import type { Found, ShrinkStep } from './search.ts';
import { createSharedMemory, createSharedState, type SharedState } from './shared-state.ts';
import { addTallies, NOTHING, type Tally } from './tally.ts';
import {
  isWorkerMessage,
  type RunOutcome,
  type SearchTask,
  type WorkerMessage,
  type WorkerTask,
} from './worker-task.ts';

export interface CrewOptions {
  readonly target: PlannedTarget;
  /** Worker threads, one simulation each. */
  readonly size: number;
  readonly claimcheck: string;
}

export interface SearchListener {
  onStep(step: ShrinkStep): void;
  onFound(found: Found): void;
}

/** Worker threads that run plans in virtual time. One task at a time for all of them. */
export interface Crew extends AsyncDisposable {
  readonly size: number;
  readonly shared: Pick<SharedState, 'stop' | 'abort' | 'runs' | 'events'>;
  /** All workers search, `runsMax` between them. Resolves when the last has stopped. */
  search(task: SearchTask, listener: SearchListener): Promise<Tally>;
  /** All workers share the points. */
  everyPoint(task: { readonly plan: Plan; readonly pairsMax: number }): Promise<readonly EveryPointResult[]>;
  /** One worker runs one plan. */
  run(plan: Plan): Promise<RunOutcome>;
}

// The longest simulated runs take some seconds on a slow machine.
const SILENCE_MS_MAX = 60_000;

/** Starts the workers and waits until each has loaded the target. Throws a UsageError when it cannot be simulated. */
export async function openCrew(options: CrewOptions): Promise<Crew> {
  compileEarly();
  keepObjectsYoung();
  const scratch = makeScratchFolder('claimcheck-explore-');
  const memory = createSharedMemory();
  const shared = createSharedState(memory);
  const hands = Array.from({ length: options.size }, (_, worker) => {
    const own = join(scratch, String(worker));
    mkdirSync(own);
    const { target, claimcheck, size } = options;
    return new Hand({ target, claimcheck, scratch: own, worker, workers: size, shared: memory });
  });
  const close = async () => {
    await Promise.all(hands.map((hand) => hand.close()));
    rmSync(scratch, { recursive: true, force: true });
  };
  const first = hands[0];
  if (first === undefined) throw new Error('expected a crew of at least one worker, got none');
  try {
    await Promise.all(hands.map((hand) => hand.ready));
  } catch (error) {
    await close();
    throw error;
  }
  const together = async (taskOf: (worker: number) => WorkerTask, listen: (message: WorkerMessage) => void) => {
    shared.reset();
    return watched(
      hands.map((hand, worker) => hand.do(taskOf(worker), listen)),
      shared.beats,
    );
  };
  return {
    size: options.size,
    shared,
    async search(task, { onStep, onFound }) {
      const runsOf = (worker: number) => Math.ceil((task.runsMax - worker) / options.size);
      const results = await together(
        (worker) => ({ kind: 'search', search: { ...task, runsMax: runsOf(worker) } }),
        (message) => {
          if (message.kind === 'step') onStep(message.step);
          if (message.kind === 'found') onFound(message.found);
        },
      );
      return results.reduce((sum, one) => (one.kind === 'search' ? addTallies(sum, one.tally) : sum), NOTHING);
    },
    async everyPoint(task) {
      const results = await together(
        () => ({ kind: 'every-point', ...task }),
        () => {},
      );
      return results.flatMap((one) => (one.kind === 'every-point' ? [one.result] : []));
    },
    async run(plan) {
      const [result] = await watched([first.do({ kind: 'run', plan }, () => {})], shared.beats);
      if (result === undefined) throw new Error('expected the outcome of a run, got nothing');
      if (result.kind !== 'run') throw new Error(`expected the outcome of a run, got ${result.kind}`);
      return result.outcome;
    },
    [Symbol.asyncDispose]: close,
  };
}

/**
 * All results. Throws when one of them fails; and a UsageError when no run has ended for too long: server code that never
 * comes back holds its whole thread. Whoever closes the crew ends what still goes on.
 */
async function watched<Result>(results: readonly Promise<Result>[], beats: () => number): Promise<Result[]> {
  const clock = createSystemClock();
  const over = new AbortController();
  const silence = (async () => {
    for (let before = -1; beats() !== before; ) {
      before = beats();
      await clock.sleep(SILENCE_MS_MAX, over.signal);
    }
    const what = `The server's code has not come back for ${SILENCE_MS_MAX / 1000} s; does it loop for ever?`;
    throw new UsageError(what);
  })();
  const all = Promise.all(results);
  try {
    return await Promise.race([
      all,
      silence.catch((error: unknown) => (over.signal.aborted ? all : Promise.reject(error))),
    ]);
  } finally {
    over.abort();
    // Of several that fail, one is told.
    for (const result of results) result.catch(() => {});
  }
}

/** One worker thread. */
class Hand {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  #listen: (message: WorkerMessage) => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(setup: { readonly [name: string]: unknown }) {
    // Beside this file, from sources as from dist.
    const program = new URL(`./worker-main${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(program, {
      workerData: setup,
      execArgv: [...MODULE_THREAD_FLAGS],
      resourceLimits: THREAD_LIMITS,
    });
    this.#worker.on('message', (value: unknown) => {
      if (!isWorkerMessage(value)) return;
      if (value.kind === 'failed') this.#fail(errorOf(value));
      else this.#listen(value);
    });
    this.#worker.on('error', (error) =>
      this.#fail(new Error(`a worker thread failed: ${error.message}`, { cause: error })),
    );
    this.#worker.on('exit', (code) => this.#fail(new Error(`a worker thread ended with code ${code}`)));
    this.ready = this.#until('ready', () => {}).then(() => {});
    // Whoever waits hears of it; nobody may be waiting yet.
    this.ready.catch(() => {});
  }

  /** Sends a task and gives the message that ends it. */
  do(task: WorkerTask, listen: (message: WorkerMessage) => void): Promise<WorkerMessage> {
    const result = this.#until(task.kind, listen);
    this.#worker.postMessage(task);
    return result;
  }

  async close(): Promise<void> {
    this.#fail = () => {};
    await this.#worker.terminate();
  }

  #until(kind: WorkerMessage['kind'], listen: (message: WorkerMessage) => void): Promise<WorkerMessage> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#listen = (message) => {
        if (message.kind === kind) resolve(message);
        else listen(message);
      };
    });
  }
}

function errorOf({ isUsage, message, stack }: Extract<WorkerMessage, { kind: 'failed' }>): Error {
  return isUsage ? new UsageError(message) : Object.assign(new Error(message), { stack });
}
