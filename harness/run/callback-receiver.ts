import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { EventBody } from '../model/event.ts';
import { loadUnit } from '../model/registry.ts';
import { ADAPTERS } from '../wire/dialects/index.ts';
import { isObject, parseJson } from '../wire/json-rpc.ts';
import { compact } from '../wire/outcome-record.ts';
import { createPushHub, type PushHub } from '../wire/push-hub.ts';
import type { WireTarget } from '../wire/wire-target.ts';

const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Where a server under test tells the end of tasks: on loopback, each call at an address of its own. */
export interface CallbackReceiver extends AsyncDisposable {
  urlOf(call: number): string;
  readonly pushes: PushHub;
  /** Runs before each is recorded: what the server did before it called has to stand before the call. */
  drainWith(drain: () => void): void;
  /** What the reference server needs in its environment to send here. */
  readonly env: Readonly<Record<string, string>>;
}

/** Takes what is signed with this run's secret, records it as a push with its delivery id, and refuses everything else (401). */
export async function openCallbackReceiver(
  target: WireTarget,
  record: (event: EventBody) => void,
): Promise<CallbackReceiver> {
  const adapter = await loadUnit(ADAPTERS, 'dialect', target.dialect);
  const method = target.dialect === 'tasks-2025-11-25' ? 'notifications/tasks/status' : 'notifications/tasks';
  const secret = randomBytes(32);
  const pushes = createPushHub();
  let drain = () => {};
  // In other dialects nothing is told of a task, and its agents poll.
  if (adapter.followsBy !== null)
    record({ kind: 'note', topic: 'callbacks', text: 'there is a place to be called back' });

  const take = async (request: IncomingMessage): Promise<number> => {
    const body = await textOf(request);
    const id = request.headers['webhook-id'];
    if (body === null || typeof id !== 'string' || !isSigned(request, body, secret)) {
      record({ kind: 'note', topic: 'callback', text: 'a callback without a good signature was refused' });
      return 401;
    }
    const message = parseJson(body);
    const params = isObject(message) && isObject(message.data) ? message.data : {};
    const seen = adapter.push({ jsonrpc: '2.0', method, params }, target);
    if (seen === null) return 400;
    drain();
    record({ kind: 'push', conn: 'callback', delivery: id, ...compact(seen) });
    pushes.publish(seen);
    return 204;
  };
  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(), // Its sender went away in the middle: that is no delivery.
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = isObject(address) ? String(address.port) : '';
  return {
    pushes,
    drainWith(ledgerDrain) {
      drain = ledgerDrain;
    },
    urlOf: (call) => `http://127.0.0.1:${port}/calls/${call}`,
    env: {
      CLAIMCHECK_WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
      CLAIMCHECK_WEBHOOK_ALLOW_PRIVATE: '1',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** null: longer than anything a task server has to say. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** By the fields of Standard Webhooks; several signatures may stand there, of which one has to fit. */
function isSigned({ headers }: IncomingMessage, body: string, secret: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof signatures !== 'string') return false;
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64');
    return one.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
