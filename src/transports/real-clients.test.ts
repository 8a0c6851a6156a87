// Clients that others wrote, unmodified, over real sockets and pipes.
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  resultFromTaskOutcome,
} from '@modelcontextprotocol/ext-tasks/client';
import { toJsonValue } from '@modelcontextprotocol/ext-tasks/core';
import { ErrorV2Schema } from '@modelcontextprotocol/ext-tasks/core/v2';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import * as blocking from '../dialects/blocking.ts';
import * as handle from '../dialects/handle.ts';
import { isObject, type JsonObject } from '../dialects/json-rpc.ts';
import * as tasks20251125 from '../dialects/tasks-2025-11-25.ts';
import * as tasks20260728 from '../dialects/tasks-2026-07-28.ts';
import { pipeTransport } from './testing/client-pipe.ts';
import { modernHeaders, post } from './testing/raw-post.ts';
import { serveHttp, serveStdio } from './testing/server-kit.ts';

const INFO = { name: 'somebody-else', version: '1' };
const work = (token: string, ms = 150) => ({ name: 'effect', arguments: { token, ms, mode: 'repeatable' } });

let lastId = 1_000; // out of the way of the clients' own ids

type DispatchAnswer = Awaited<ReturnType<RawClientDispatch>>;

async function streamedTask(client: Client, token: string) {
  await client.listTools();
  const seen: string[] = [];
  let result: unknown;
  for await (const message of client.experimental.tasks.callToolStream(work(token), CallToolResultSchema, {
    task: {},
  })) {
    seen.push(message.type);
    if (message.type === 'error') throw message.error;
    if (message.type === 'result') result = message.result;
  }
  return { seen, result };
}

test('the SDK v1 client completes a task of 2025-11-25 over HTTP', async () => {
  await using server = await serveHttp(tasks20251125);
  const client = new Client(INFO);
  await client.connect(new StreamableHTTPClientTransport(server.url));
  const { seen, result } = await streamedTask(client, 'v1-http');
  expect(seen[0]).toBe('taskCreated');
  expect(seen.at(-1)).toBe('result');
  expect(result).toMatchObject({ structuredContent: { token: 'v1-http' } });
  await client.close();
});

test('the SDK v1 client completes a task of 2025-11-25 over stdio', async () => {
  await using server = await serveStdio(tasks20251125);
  const client = new Client(INFO);
  await client.connect(pipeTransport(server));
  const { seen, result } = await streamedTask(client, 'v1-stdio');
  expect(seen[0]).toBe('taskCreated');
  expect(result).toMatchObject({ structuredContent: { token: 'v1-stdio' } });
  await client.close();
});

test('the SDK v1 client gets a result from a blocking call, in either dialect that has one, and hears of progress', async () => {
  for (const dialect of [blocking, tasks20251125]) {
    await using server = await serveHttp(dialect);
    const client = new Client(INFO);
    await client.connect(new StreamableHTTPClientTransport(server.url));
    const told: unknown[] = [];
    const report = { name: 'generate_report', arguments: { token: 'b', ms: 200, topic: 'tides' } };
    const result = await client.callTool(report, CallToolResultSchema, { onprogress: (p) => told.push(p.message) });
    expect(result).toMatchObject({ structuredContent: { token: 'b' } });
    expect(told.length).toBeGreaterThan(0);
    await client.close();
  }
});

test('the SDK v1 client works with job handles; what it gets fits the published output schema', async () => {
  await using server = await serveHttp(handle);
  const client = new Client(INFO);
  await client.connect(new StreamableHTTPClientTransport(server.url));
  await client.listTools(); // from here on the client checks structured content against the output schemas
  const start = { operation: 'effect', arguments: { token: 'h', ms: 50, mode: 'repeatable' } };
  const receipt = await client.callTool({ name: 'initiate_background_task', arguments: start });
  const first = isObject(receipt.structuredContent) ? receipt.structuredContent : {};
  expect(first).toMatchObject({ status: 'queued', is_terminal: false });
  for (;;) {
    const look = await client.callTool({ name: 'resolve_task_status', arguments: { task_ref: first.task_ref } });
    const payload = isObject(look.structuredContent) ? look.structuredContent : {};
    if (payload.is_terminal !== true) continue;
    expect(payload).toMatchObject({ status: 'completed', result: { structuredContent: { token: 'h' } }, error: null });
    break;
  }
  await client.close();
});

test('the ext-tasks client completes a task of 2025-11-25 over HTTP', async () => {
  await using server = await serveHttp(tasks20251125);
  const client = new ModernClient(INFO);
  await client.connect(new ModernHttp(server.url));
  const session = createTaskSessionFromClient(client, { endpointId: 'test' });
  const execution = await session.callTool('effect', work('ext-v1').arguments);
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { token: 'ext-v1' } });
  await session.close();
  await client.close();
});

test('the ext-tasks client completes a task of 2026-07-28 over HTTP', async () => {
  await using server = await serveHttp(tasks20260728);
  const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new ModernHttp(server.url));
  expect(client.getProtocolEra()).toBe('modern');
  const session = createTaskSessionFromClient(client, {
    endpointId: 'test',
    v2RequestFraming: { protocolVersion: '2026-07-28', clientInfo: INFO, clientCapabilities: {} },
    rawDispatch: async (request, { signal } = {}) => {
      const { method, params } = requestParts(request);
      lastId += 1;
      const message = { jsonrpc: '2.0', id: lastId, method, params };
      const answer = await post(server.url, message, modernHeaders(method, params), signal);
      return dispatchAnswer(answer.message);
    },
  });
  const execution = await session.callTool('effect', work('ext-v2').arguments);
  expect(execution.kind).toBe('task');
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { token: 'ext-v2' } });
  await session.close();
  await client.close();
});

function requestParts(request: unknown): { readonly method: string; readonly params: JsonObject } {
  if (!isObject(request) || typeof request.method !== 'string' || !isObject(request.params)) {
    throw new Error(`expected a request, got ${JSON.stringify(request)}`);
  }
  return { method: request.method, params: request.params };
}

test('the ext-tasks client completes a task of 2025-11-25 over stdio', async () => {
  await using server = await serveStdio(tasks20251125);
  const client = new ModernClient(INFO);
  await client.connect(pipeTransport(server));
  const session = createTaskSessionFromClient(client, { endpointId: 'test' });
  const execution = await session.callTool('effect', work('ext-v1-stdio').arguments);
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { token: 'ext-v1-stdio' } });
  await session.close();
  await client.close();
});

test('the ext-tasks client completes a task of 2026-07-28 over stdio', async () => {
  await using server = await serveStdio(tasks20260728);
  const answers = new Map<unknown, (message: JsonObject) => void>();
  const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } });
  await client.connect(pipeTransport(server, (message) => answers.get(message.id)?.(message)));
  expect(client.getProtocolEra()).toBe('modern');
  const session = createTaskSessionFromClient(client, {
    endpointId: 'test',
    v2RequestFraming: { protocolVersion: '2026-07-28', clientInfo: INFO, clientCapabilities: {} },
    rawDispatch: async (request) => {
      lastId += 1;
      const id = `raw-${lastId}`;
      const answered = new Promise<JsonObject>((resolve) => answers.set(id, resolve));
      server.input.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...requestParts(request) })}\n`);
      return dispatchAnswer(await answered);
    },
  });
  const execution = await session.callTool('effect', work('ext-v2-stdio').arguments);
  expect(execution.kind).toBe('task');
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { token: 'ext-v2-stdio' } });
  await session.close();
  await client.close();
});

function dispatchAnswer({ error, result }: JsonObject): DispatchAnswer {
  if (error !== undefined) return { kind: 'error', error: ErrorV2Schema.parse(error) };
  return { kind: 'result', result: toJsonValue(result) };
}
