// Several processes behind a proxy without stickiness, as servers in one process: a client that others wrote meets another at each request.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import type { ConfigInput } from '../config.ts';
import { createServer, type Server } from '../server.ts';
import { createSilentLog } from '../telemetry/log.ts';
import { createMemoryLedger } from '../tools/effect-ledger.ts';

async function replicas(roles: readonly ('both' | 'server' | 'worker')[], sessions: 'memory' | 'signed' = 'signed') {
  const directory = mkdtempSync(join(tmpdir(), 'replicas-'));
  const effects = createMemoryLedger();
  const servers: Server[] = [];
  for (const role of roles) {
    const config: ConfigInput = {
      server: { dialect: 'tasks-2025-11-25' },
      transport: { kind: 'http', sessions },
      state: { directory, store: 'sqlite' },
      execution: { role, sweepMs: 20 },
      polling: { intervalMs: 20 },
    };
    const server = await createServer({ config, effects, log: createSilentLog() });
    await server.start();
    servers.push(server);
  }
  const urls = servers.filter((_server, index) => roles[index] !== 'worker').map(({ url }) => url ?? '');
  let turn = 0;
  const visited: string[] = [];
  const inTurn = (_url: URL | string, init?: RequestInit) => {
    const url = urls[turn % urls.length] ?? '';
    turn += 1;
    visited.push(url);
    return fetch(url, init);
  };
  return {
    ...{ servers, urls, visited, inTurn },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.stop(0)));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function connected({ urls, inTurn }: Awaited<ReturnType<typeof replicas>>) {
  const client = new Client(
    { name: 'somebody-else', version: '1' },
    { capabilities: { elicitation: {}, tasks: { requests: {} } } },
  );
  const questions: unknown[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    questions.push(params);
    return { action: 'accept', content: { approve: true } };
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(urls[0] ?? ''), { fetch: inTurn }));
  return { client, questions };
}

async function finished(client: Client, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  await client.listTools();
  const call = { name: 'effect', arguments: args };
  for await (const message of client.experimental.tasks.callToolStream(call, CallToolResultSchema, { task: {} })) {
    if (message.type === 'error') throw message.error;
    if (message.type === 'result') return message.result;
  }
  return undefined;
}

test('a task of 2025-11-25 is made, asked about, answered and fetched through whichever process is next', async () => {
  await using three = await replicas(['both', 'both', 'both']);
  const { client, questions } = await connected(three);
  const plain = await finished(client, { token: 'plain', ms: 100 });
  expect(plain).toMatchObject({ structuredContent: { token: 'plain' } });
  const asked = await finished(client, { token: 'asked', ms: 50, ask: true });
  expect(asked).toMatchObject({ structuredContent: { token: 'asked' } });
  expect(questions).toMatchObject([{ message: expect.stringContaining('asked') }]);
  expect(new Set(three.visited).size).toBe(3);
  await client.close();
});

test('two processes take calls and one that nobody can call runs them', async () => {
  await using three = await replicas(['server', 'server', 'worker']);
  const { client } = await connected(three);
  expect(await finished(client, { token: 'apart', ms: 50 })).toMatchObject({ structuredContent: { token: 'apart' } });
  const worker = three.servers[2]?.url ?? '';
  expect((await fetch(new URL('/healthz', worker))).status).toBe(200);
  expect((await fetch(worker, { method: 'POST', body: '{}' })).status).toBe(404);
  await client.close();
});

test('a session in memory is unknown to the next process', async () => {
  await using two = await replicas(['both', 'both'], 'memory');
  await expect(connected(two)).rejects.toThrow('Session not found');
});
