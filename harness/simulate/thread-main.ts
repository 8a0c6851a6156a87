/** A simulation thread: one target, one plan after another. Started by thread.ts. */
import { writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Event } from '../model/event.ts';
import { createSpillingFold } from '../model/fold.ts';
import { runDirectory } from '../model/run-directory.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { createHistoryFile } from './history-file.ts';
import { openSimulation, type Simulation } from './simulation.ts';
import type { ThreadData, ThreadReply, ThreadRequest } from './thread-message.ts';

// Taken before the thread's own time is replaced.
const every = setInterval;
const PROGRESS_MS = 200;
const BATCH_EVENTS = 1000;

const post = (reply: ThreadReply) => parentPort?.postMessage(reply);

async function main(data: ThreadData): Promise<void> {
  let interrupt: (() => void) | null = null;
  const opening = openSimulation(data);
  parentPort?.on('message', (request: ThreadRequest) => {
    if (request.kind === 'interrupt') {
      interrupt?.();
      return;
    }
    const controller = new AbortController();
    interrupt = () => controller.abort(new Error('interrupted'));
    opening
      .then((simulation) => run(simulation, request, controller.signal))
      .then((reply) => post(reply))
      .catch((error: unknown) => post(failure(error)));
  });
  try {
    await opening;
    post({ kind: 'ready' });
  } catch (error) {
    post(failure(error));
  }
}

async function run(
  simulation: Simulation,
  { plan, directory: path, wantsEvents, keptFile }: Extract<ThreadRequest, { kind: 'run' }>,
  signal: AbortSignal,
): Promise<ThreadReply> {
  const directory = runDirectory(path);
  const file = createHistoryFile(directory.history, plan.record);
  let events = 0;
  let virtualMs = 0;
  const told = createBatches();
  const fold = keptFile === null ? null : createSpillingFold(plan, keptFile);
  const beat = every(() => post({ kind: 'progress', progress: { events, virtualMs } }), PROGRESS_MS);
  try {
    const result = await simulation.run({
      plan,
      signal,
      ledger: directory.ledger,
      onOutput: (boot, text) => writeFileSync(directory.stderr(boot), text),
      onEvent(event) {
        file.write(event);
        events += 1;
        virtualMs = event.t / 1e6;
        fold?.take(event);
        if (wantsEvents) told.add(event);
      },
    });
    return { kind: 'done', result, kept: fold?.finish() ?? null };
  } finally {
    beat.close();
    told.flush();
    file.close();
  }
}

/** Posts events many at a time. */
function createBatches(): { add(event: Event): void; flush(): void } {
  let batch: Event[] = [];
  const flush = () => {
    if (batch.length > 0) post({ kind: 'events', events: batch });
    batch = [];
  };
  return {
    add(event) {
      batch.push(event);
      if (batch.length >= BATCH_EVENTS) flush();
    },
    flush,
  };
}

function failure(error: unknown): ThreadReply {
  const message = messageOf(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind: 'failed', error: { isUsage: error instanceof UsageError, message, stack } };
}

await main(workerData);
