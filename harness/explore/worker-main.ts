import { parentPort, workerData } from 'node:worker_threads';
import { loadJudge } from '../judge/invariants.ts';
import { UsageError } from '../model/usage-error.ts';
import { openSimulation } from '../simulate/simulation.ts';
import { isWorkerTask, type WorkerMessage, type WorkerSetup, type WorkerTask } from './worker-task.ts';
import { doTask } from './worker-work.ts';

// The program of one worker thread: everything of the thread is taken here and handed on, before its time becomes virtual.
const port = parentPort;
if (port === null) throw new Error('expected a worker thread, got the main thread');
const setup: WorkerSetup = workerData;
const nowMs = performance.now.bind(performance);
const say = (message: WorkerMessage) => port.postMessage(message);

const failed = (error: unknown) => {
  const isError = error instanceof Error;
  const message = isError ? error.message : String(error);
  say({ kind: 'failed', isUsage: error instanceof UsageError, message, stack: (isError && error.stack) || message });
};

try {
  const judge = await loadJudge();
  const simulator = await openSimulation({ target: setup.target, scratch: setup.scratch });
  let last: Promise<void> = Promise.resolve();
  const take = (task: WorkerTask) => {
    last = last.then(() => doTask(task, { setup, simulator, judge, nowMs, say })).catch(failed);
  };
  port.on('message', (value: unknown) => {
    if (isWorkerTask(value)) take(value);
  });
  say({ kind: 'ready' });
} catch (error) {
  failed(error);
}
