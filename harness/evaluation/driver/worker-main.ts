/** One worker thread of an evaluation: everything of the thread is taken here, before its time becomes virtual. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadAll } from '../../model/registry.ts';
import { UsageError } from '../../model/usage-error.ts';
import { measures } from '../measures/index.ts';
import type { Complete, TurnAnswer } from '../model-agent/completion.ts';
import { type CrewMessage, isCrewTask, type WorkerSetup } from './crew-message.ts';
import { createReporter } from './episode-report.ts';
import { createSimulationShelf } from './simulation-shelf.ts';
import { runVirtualWorld } from './virtual-world.ts';

const port = parentPort;
if (port === null) throw new Error('expected a worker thread, got the main thread');
const setup: WorkerSetup = workerData;
const instances = new Map(setup.instances.map((instance) => [instance.id, instance]));
const say = (message: CrewMessage) => port.postMessage(message);
const interrupted = new AbortController();
const questions = new Map<number, (answer: TurnAnswer) => void>();
let questionCount = 0;

const complete: Complete = (request) => {
  questionCount += 1;
  const question = questionCount;
  return new Promise((resolve) => {
    questions.set(question, resolve);
    say({ kind: 'ask', question, request });
  });
};

const failed = (error: unknown) => {
  const isError = error instanceof Error;
  const message = isError ? error.message : String(error);
  say({ kind: 'failed', isUsage: error instanceof UsageError, message, stack: (isError && error.stack) || message });
};

try {
  const reporter = createReporter(await loadAll(measures));
  const shelf = createSimulationShelf(setup.scratch);
  let last: Promise<void> = Promise.resolve();
  port.on('message', (value: unknown) => {
    if (!isCrewTask(value)) return;
    if (value.kind === 'interrupt') {
      interrupted.abort(new Error('interrupted'));
      return;
    }
    if (value.kind === 'answer') {
      questions.get(value.question)?.(value.answer);
      questions.delete(value.question);
      return;
    }
    const { task } = value;
    const work = async () => {
      const simulation = await shelf.of(task.target);
      const results = await runVirtualWorld(task, { simulation, instances, signal: interrupted.signal, complete });
      say({ kind: 'world', reports: results.map(reporter.report) });
    };
    last = last.then(work).catch(failed);
  });
  say({ kind: 'ready' });
} catch (error) {
  failed(error);
}
