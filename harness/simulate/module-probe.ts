import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSystemClock } from '../model/clock.ts';
import { UsageError } from '../model/usage-error.ts';
import type { ModuleProbeRequest, ProbedModule } from '../targets/index.ts';
import { MODULE_THREAD_FLAGS } from './thread-flags.ts';
import type { ThreadError } from './thread-message.ts';

// Loading the packages of a large server takes some seconds on a busy machine; its start and greeting take no real time.
const PROBE_MS_MAX = 60_000;

/** What the thread that asks a module is started with. */
export interface ProbeData {
  readonly request: ModuleProbeRequest;
  /** An existing folder for what its server keeps. */
  readonly scratch: string;
}

export type ProbeReply =
  | { readonly kind: 'probed'; readonly probed: ProbedModule }
  | { readonly kind: 'failed'; readonly error: ThreadError };

/**
 * Evaluates a module in a thread of its own, starts its server in virtual time, greets it and lists its tools. Throws a
 * UsageError when the module cannot be loaded, or its server does not start or does not answer.
 */
export async function probeModule(request: ModuleProbeRequest, signal: AbortSignal): Promise<ProbedModule> {
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-probe-'));
  const data: ProbeData = { request, scratch };
  const worker = new Worker(new URL('./module-probe-main.js', import.meta.url), {
    workerData: data,
    execArgv: [...MODULE_THREAD_FLAGS],
  });
  const isOver = new AbortController();
  const limit = createSystemClock().sleep(PROBE_MS_MAX, AbortSignal.any([signal, isOver.signal]));
  try {
    const late = limit.then(() => {
      const { path } = request.module;
      throw new UsageError(`${path} was not ready to be asked within ${PROBE_MS_MAX / 1000} s; does it loop for ever?`);
    });
    const reply = await Promise.race([replyOf(worker), late]);
    if (reply.kind === 'probed') return reply.probed;
    const { isUsage, message, stack } = reply.error;
    throw isUsage ? new UsageError(message) : Object.assign(new Error(message), { stack });
  } finally {
    isOver.abort(new Error('it has answered'));
    limit.catch(() => {}); // Aborted: it is over.
    await worker.terminate();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function replyOf(worker: Worker): Promise<ProbeReply> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that asks the module ended with code ${code}`)));
  });
}
