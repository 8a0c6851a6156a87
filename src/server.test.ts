import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dialects } from './dialects/index.ts';
import { QUEUES } from './queues/index.ts';
import { createServer, type ServerOptions } from './server.ts';
import { STORES } from './stores/index.ts';
import { openMemoryStore } from './stores/memory.ts';
import { createSilentLog } from './telemetry/log.ts';
import { UsageError } from './usage-error.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-server-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const quiet = (options: ServerOptions = {}): ServerOptions => ({ log: createSilentLog(), ...options });
const submission = {
  ...{ principal: 'alice', tool: 'effect', arguments: { token: 't', ms: 5 } },
  ...{ idempotencyKey: null, maxWaitMs: null },
};

test('a server works over HTTP, shows its health and metrics, and stops', async () => {
  const config = { state: { directory }, observability: { metrics: true } };
  await using server = await createServer(quiet({ config }));
  expect(server.url).toBeUndefined();
  await server.start();
  const url = new URL(server.url ?? '');
  expect((await fetch(new URL('/healthz', url))).status).toBe(200);
  const answer = await server.engine.submit(submission);
  if (answer.kind !== 'accepted') throw new Error(`expected the task to be accepted, got ${answer.kind}`);
  const settled = await server.engine.wait('alice', answer.task.id, new AbortController().signal);
  expect(settled?.outcome).toMatchObject({ kind: 'result' });
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  expect(metrics).toContain('mcp_async_tasks_submitted_total{tool="effect"} 1');
  await server.stop();
  await server.closed;
  await expect(fetch(new URL('/healthz', url))).rejects.toThrow();
  expect(readdirSync(join(directory, 'workers'))).toEqual([]);
});

test('messages wait until recorded work is recovered', async () => {
  let open = () => {};
  const recovering = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wrap: ServerOptions['wrap'] = {
    engine: (engine) => ({
      ...engine,
      async start() {
        await recovering;
        await engine.start();
      },
    }),
  };
  const config = { state: { store: 'memory' }, server: { dialect: 'tasks-2026-07-28' } };
  await using server = await createServer(quiet({ config, wrap }));
  const started = server.start();
  while (server.url === undefined) await new Promise((resolve) => setImmediate(resolve));
  const discover = fetch(server.url, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' },
    },
    body: JSON.stringify({
      ...{ jsonrpc: '2.0', id: 1, method: 'server/discover' },
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  });
  const health = await fetch(new URL('/healthz', server.url));
  expect(health.status).toBe(503);
  let isAnswered = false;
  void discover.then(() => {
    isAnswered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAnswered).toBe(false);
  open();
  await started;
  expect((await discover).status).toBe(200);
});

test('who cannot have the port has not touched the work', async () => {
  const taken = createSocketServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const calls: string[] = [];
  const store = await openMemoryStore();
  const watched = {
    ...store,
    held: (page: Parameters<typeof store.held>[0]) => {
      calls.push('held');
      return store.held(page);
    },
  };
  await using server = await createServer(quiet({ config: { transport: { port } }, store: watched }));
  await expect(server.start()).rejects.toThrow(/^Cannot listen on 127\.0\.0\.1:\d+: the port is in use/);
  expect(calls).toEqual([]);
  taken.close();
});

test('parts can be given and wrapped', async () => {
  const store = await openMemoryStore();
  const seen: string[] = [];
  await using server = await createServer(
    quiet({
      config: { transport: { kind: 'none' } },
      store,
      wrap: {
        store: (inner) => ({
          ...inner,
          insert(task) {
            seen.push(task.tool);
            return inner.insert(task);
          },
        }),
      },
    }),
  );
  await server.start();
  await server.engine.submit(submission);
  expect(seen).toEqual(['effect']);
  expect(await store.list('alice', { limit: 5 })).toHaveLength(1);
});

test.each([
  [{ state: { store: 'sqlit' } }, `Unknown store 'sqlit'; known: ${namesOf(STORES)}. Did you mean 'sqlite'?`],
  [{ execution: { queue: 'lokal' } }, `Unknown queue 'lokal'; known: ${namesOf(QUEUES)}. Did you mean 'local'?`],
  [{ server: { dialect: 'x' } }, `Unknown dialect 'x'; known: ${namesOf(dialects)}.`],
  [{ transport: { port: 70_000 } }, /^transport\.port: /],
  [{ state: { directory: '/proc/nothing' } }, /^Cannot open the task store \/proc\/nothing\/tasks\.db/],
])('bad configuration %j is said in one message', async (config, message) => {
  const refused = expect(createServer(quiet({ config }))).rejects;
  await refused.toThrow(UsageError);
  await expect(createServer(quiet({ config }))).rejects.toThrow(message);
});

function namesOf(registry: Readonly<Record<string, unknown>>): string {
  return Object.keys(registry).sort().join(', ');
}
