import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSystemClock, msOf } from '../../model/clock.ts';
import type { Instance } from '../../model/evaluation/instance.ts';
import { UsageError } from '../../model/usage-error.ts';
import { MODULE_THREAD_FLAGS, THREAD_LIMITS } from '../../simulate/thread-flags.ts';
import type { Complete } from '../model-agent/completion.ts';
import { type CrewMessage, type CrewTask, isCrewMessage, type WorkerSetup } from './crew-message.ts';
import type { EpisodeReport } from './episode-report.ts';
import type { WorldTask } from './world-task.ts';

// The largest world takes some seconds on a slow machine.
const SILENCE_MS_MAX = 120_000;

/** Worker threads that run worlds in virtual time, each whichever comes next. */
export interface EvaluationCrew extends AsyncDisposable {
  readonly size: number;
  /**
   * Runs every task and hands on what came of each, in the order in which they end. An interrupt ends it early; then what was
   * going on is handed on as far as it came. Throws what a worker throws, and when one falls silent.
   */
  run(tasks: readonly WorldTask[], options: CrewRun): Promise<void>;
}

export interface CrewRun {
  readonly signal: AbortSignal;
  onWorld(task: WorldTask, reports: readonly EpisodeReport[]): void;
  /** Where worlds ask their model, if they have one. */
  readonly complete?: Complete | undefined;
}

export async function openEvaluationCrew(options: {
  readonly size: number;
  readonly instances: readonly Instance[];
}): Promise<EvaluationCrew> {
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-eval-'));
  const hands = Array.from({ length: options.size }, (_, worker) => {
    const own = join(scratch, String(worker));
    mkdirSync(own);
    return new Hand({ scratch: own, instances: options.instances });
  });
  const close = async () => {
    await Promise.all(hands.map((hand) => hand.close()));
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    await Promise.all(hands.map((hand) => hand.ready));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    size: options.size,
    async run(tasks, { signal, onWorld, complete }) {
      const queue = [...tasks];
      for (const hand of hands) hand.asks(complete);
      const interrupt = () => {
        for (const hand of hands) hand.tell({ kind: 'interrupt' });
      };
      signal.addEventListener('abort', interrupt, { once: true });
      const work = async (hand: Hand) => {
        for (let task = queue.shift(); task !== undefined && !signal.aborted; task = queue.shift()) {
          const message = await hand.do({ kind: 'world', task });
          if (message.kind === 'world') onWorld(task, message.reports);
        }
      };
      try {
        await Promise.all(hands.map(work));
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    },
    [Symbol.asyncDispose]: close,
  };
}

/** One worker thread. */
class Hand {
  readonly ready: Promise<CrewMessage>;
  readonly #worker: Worker;
  readonly #clock = createSystemClock();
  #complete: Complete | undefined;
  #openQuestions = 0;
  #heardT = this.#clock.now();
  #listen: (message: CrewMessage) => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(setup: WorkerSetup) {
    // Beside this file, from sources as from dist.
    const program = new URL(`./worker-main${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(program, {
      workerData: setup,
      execArgv: [...MODULE_THREAD_FLAGS],
      resourceLimits: THREAD_LIMITS,
    });
    this.#worker.on('message', (value: unknown) => {
      if (!isCrewMessage(value)) return;
      this.#heardT = this.#clock.now();
      if (value.kind === 'ask') {
        void this.#ask(value);
        return;
      }
      if (value.kind === 'failed') this.#fail(errorOf(value));
      else this.#listen(value);
    });
    this.#worker.on('error', (cause) => this.#fail(new Error(`a worker thread failed: ${cause.message}`, { cause })));
    this.#worker.on('exit', (code) => this.#fail(new Error(`a worker thread ended with code ${code}`)));
    this.ready = this.#next();
    // Whoever waits hears of it; nobody may be waiting yet.
    this.ready.catch(() => {});
  }

  tell(task: CrewTask): void {
    this.#worker.postMessage(task);
  }

  asks(complete: Complete | undefined): void {
    this.#complete = complete;
  }

  /** Sends a task and gives what it is answered with. */
  async do(task: CrewTask): Promise<CrewMessage> {
    const done = new AbortController();
    this.#heardT = this.#clock.now();
    const silence = this.#watchSilence(done.signal);
    const answer = this.#next();
    this.tell(task);
    try {
      return await answer;
    } finally {
      done.abort();
      await silence;
    }
  }

  /** What it has asked for is ours to answer, which may take its time. */
  async #watchSilence(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      const silentMs = this.#openQuestions > 0 ? 0 : msOf(this.#clock.now() - this.#heardT);
      if (silentMs >= SILENCE_MS_MAX) {
        this.#fail(new Error(`a worker thread has said nothing for ${SILENCE_MS_MAX / 1000} s while it ran a world`));
        return;
      }
      await this.#clock.sleep(SILENCE_MS_MAX - silentMs, done).catch(() => {}); // It has answered.
    }
  }

  async #ask({ question, request }: Extract<CrewMessage, { kind: 'ask' }>): Promise<void> {
    this.#openQuestions += 1;
    try {
      if (this.#complete === undefined) throw new Error('expected nobody to ask a model where there is none');
      this.tell({ kind: 'answer', question, answer: await this.#complete(request) });
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      this.#openQuestions -= 1;
      this.#heardT = this.#clock.now();
    }
  }

  async close(): Promise<void> {
    this.#fail = () => {};
    await this.#worker.terminate();
  }

  #next(): Promise<CrewMessage> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#listen = resolve;
    });
  }
}

function errorOf({ isUsage, message, stack }: Extract<CrewMessage, { kind: 'failed' }>): Error {
  return isUsage ? new UsageError(message) : Object.assign(new Error(message), { stack });
}
