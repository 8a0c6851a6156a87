/** Asks one module what it is. Started by module-probe.ts in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { greetModule } from './module-greeting.ts';
import type { ProbeData, ProbeReply } from './module-probe.ts';

const data: ProbeData = workerData;
const post = (reply: ProbeReply) => parentPort?.postMessage(reply);

try {
  post({ kind: 'probed', probed: await greetModule(data) });
} catch (error) {
  const message = messageOf(error);
  const stack = error instanceof Error ? error.stack : undefined;
  post({ kind: 'failed', error: { isUsage: error instanceof UsageError, message, stack } });
}
