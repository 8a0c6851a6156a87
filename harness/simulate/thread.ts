import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { RunResult } from '../execution/course.ts';
import { createSystemClock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { Gathering } from '../model/folded.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { makeScratchFolder } from './scratch-folder.ts';
import { compileEarly, keepHeapsClose, keepObjectsYoung, MODULE_THREAD_FLAGS, THREAD_LIMITS } from './thread-flags.ts';
import type { SimulationProgress, ThreadData, ThreadError, ThreadReply, ThreadRequest } from './thread-message.ts';

// A server whose code never comes back holds the whole thread: after so long without a sign of life it is ended.
const SILENCE_MS_MAX = 60_000;

/** Runs plans against one target in virtual time, in a thread of its own: nothing virtual leaks into this one. */
export interface SimulationThread {
  /** Throws a UsageError for what cannot be simulated; any other error is our own fault. */
  run(options: ThreadRun): Promise<RunResult>;
  close(): Promise<void>;
}

export interface ThreadRun {
  readonly plan: Plan;
  /** The run directory, which exists and holds no history yet. */
  readonly directory: string;
  readonly signal: AbortSignal;
  onProgress?(progress: SimulationProgress): void;
  onEvent?(event: Event): void;
  /** Takes what a run that is recorded as counts keeps. */
  readonly gathering?: Gathering;
}

/** Starts the thread and loads the target into it. Throws a UsageError when its server cannot be loaded or does not start. */
export async function openSimulationThread(target: PlannedTarget): Promise<SimulationThread> {
  const scratch = makeScratchFolder('claimcheck-sim-');
  const data: ThreadData = { target, scratch };
  keepHeapsClose();
  compileEarly();
  keepObjectsYoung();
  const worker = new Worker(new URL('./thread-main.js', import.meta.url), {
    workerData: data,
    execArgv: [...MODULE_THREAD_FLAGS],
    resourceLimits: THREAD_LIMITS,
  });
  const close = async () => {
    await worker.terminate();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    await converse(worker, { until: 'ready', take: () => {} });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async run({ plan, directory, signal, onProgress, onEvent, gathering }) {
      const interrupt = () => tell(worker, { kind: 'interrupt' });
      signal.addEventListener('abort', interrupt, { once: true });
      try {
        tell(worker, {
          kind: 'run',
          plan,
          directory,
          wantsEvents: onEvent !== undefined,
          keptFile: gathering?.file ?? null,
        });
        if (signal.aborted) interrupt();
        const reply = await converse(worker, {
          until: 'done',
          take(part) {
            if (part.kind === 'progress') onProgress?.(part.progress);
            if (part.kind === 'events') for (const event of part.events) onEvent?.(event);
          },
        });
        if (reply.kind !== 'done') throw new Error(`expected the end of a run, got '${reply.kind}'`);
        if (reply.kept) gathering?.end(reply.kept);
        return reply.result;
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    },
    close,
  };
}

function tell(worker: Worker, request: ThreadRequest): void {
  worker.postMessage(request);
}

/** Takes what the thread says until the reply waited for; throws what it reports, and when it has died or fallen silent. */
function converse(
  worker: Worker,
  { until, take }: { readonly until: ThreadReply['kind']; take(reply: ThreadReply): void },
): Promise<ThreadReply> {
  return new Promise((resolve, reject) => {
    const watch = watchSilence(() => {
      const seconds = SILENCE_MS_MAX / 1000;
      const what = `The server's code has not come back for ${seconds} s; does it loop for ever?`;
      finish(() => reject(new UsageError(what)));
    });
    const finish = (settle: () => void) => {
      watch.stop();
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      settle();
    };
    const onMessage = (reply: ThreadReply) => {
      watch.heard();
      if (reply.kind === until) finish(() => resolve(reply));
      else if (reply.kind === 'failed') finish(() => reject(errorFrom(reply.error)));
      else take(reply);
    };
    const onError = (error: unknown) => finish(() => reject(error));
    const onExit = (code: number) => finish(() => reject(new Error(`the simulation thread ended with code ${code}`)));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
  });
}

/** Calls back when nothing was heard for too long. */
function watchSilence(onSilence: () => void): { heard(): void; stop(): void } {
  const clock = createSystemClock();
  let current = new AbortController();
  const wait = () => {
    current = new AbortController();
    clock.sleep(SILENCE_MS_MAX, current.signal).then(onSilence, () => {}); // Aborted: something was heard.
  };
  wait();
  return {
    heard() {
      current.abort();
      wait();
    },
    stop: () => current.abort(),
  };
}

function errorFrom({ isUsage, message, stack }: ThreadError): Error {
  if (isUsage) return new UsageError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
