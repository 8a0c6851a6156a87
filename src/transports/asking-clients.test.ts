// Clients that others wrote are asked for input, over real sockets and pipes.
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import {
  createApplicationInputHandler,
  createTaskSessionFromClient,
  resultFromTaskOutcome,
} from '@modelcontextprotocol/ext-tasks/client';
import { toJsonValue } from '@modelcontextprotocol/ext-tasks/core';
import { ErrorV2Schema } from '@modelcontextprotocol/ext-tasks/core/v2';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import * as blocking from '../dialects/blocking.ts';
import { isObject, type JsonObject } from '../dialects/json-rpc.ts';
import * as tasks20251125 from '../dialects/tasks-2025-11-25.ts';
import * as tasks20260728 from '../dialects/tasks-2026-07-28.ts';
import { pipeTransport } from './testing/client-pipe.ts';
import { JSON_HEADERS, modernHeaders, post } from './testing/raw-post.ts';
import { serveHttp, serveStdio } from './testing/server-kit.ts';

const INFO = { name: 'somebody-else', version: '1' };
const work = (token: string) => ({ name: 'effect', arguments: { token, ms: 150, mode: 'repeatable', ask: true } });

/** An SDK v1 client with somebody in front of it, who answers with `approve`. */
function clientOf(approve: boolean) {
  const client = new Client(INFO, { capabilities: { elicitation: {}, tasks: { requests: {} } } });
  const questions: unknown[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    questions.push(params);
    return { action: 'accept', content: { approve } };
  });
  return { client, questions };
}

async function streamed(client: Client, token: string) {
  await client.listTools();
  const seen: string[] = [];
  let result: unknown;
  const stream = client.experimental.tasks.callToolStream(work(token), CallToolResultSchema, { task: {} });
  for await (const message of stream) {
    seen.push(message.type === 'taskStatus' ? message.task.status : message.type);
    if (message.type === 'error') throw message.error;
    if (message.type === 'result') result = message.result;
  }
  return { seen, result };
}

test('2025-36: the SDK v1 client answers a question of its task over HTTP and gets the result', async () => {
  await using server = await serveHttp(tasks20251125);
  const { client, questions } = clientOf(true);
  await client.connect(new StreamableHTTPClientTransport(server.url));
  const { seen, result } = await streamed(client, 'ask-http');
  expect(seen[0]).toBe('taskCreated');
  expect(seen).toContain('input_required');
  expect(result).toMatchObject({ structuredContent: { token: 'ask-http' } });
  expect(questions).toMatchObject([{ message: expect.stringContaining('ask-http') }]);
  expect(server.kit.parts.effects.committed).toEqual(['ask-http']);
  await client.close();
});

test('2025-36: the SDK v1 client answers a question of its task over stdio and gets the result', async () => {
  await using server = await serveStdio(tasks20251125);
  const { client, questions } = clientOf(true);
  await client.connect(pipeTransport(server));
  const { seen, result } = await streamed(client, 'ask-stdio');
  expect(seen).toContain('input_required');
  expect(result).toMatchObject({ structuredContent: { token: 'ask-stdio' } });
  expect(questions).toHaveLength(1);
  await client.close();
});

test('the SDK v1 client is asked on the stream of a call that waits, and its no is kept', async () => {
  for (const dialect of [blocking, tasks20251125]) {
    await using server = await serveHttp(dialect);
    const { client, questions } = clientOf(false);
    await client.connect(new StreamableHTTPClientTransport(server.url));
    expect(await client.callTool(work('call-http'))).toMatchObject({ isError: true });
    expect([questions.length, server.kit.parts.effects.begun]).toEqual([1, []]);
    await client.close();
  }
});

/** Answers with `approve`, and tells by which way it was asked. */
function onInput(asked: string[]) {
  return createApplicationInputHandler({
    elicitation(_request, { delivery, inputId = '' }) {
      asked.push(`${delivery} ${inputId}`.trim());
      return { action: 'accept', content: { approve: true } };
    },
    sampling: () => Promise.reject(new Error('nobody asked for a sample')),
    roots: () => Promise.reject(new Error('nobody asked for roots')),
  });
}

test('the ext-tasks client of 2026-07-28 is asked before and during its task, and gets the result', async () => {
  await using server = await serveHttp(tasks20260728);
  const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new ModernHttp(server.url));
  const asked: string[] = [];
  let lastId = 1_000; // Out of the way of the client's own.
  const session = createTaskSessionFromClient(client, {
    endpointId: 'test',
    onInputRequest: onInput(asked),
    v2RequestFraming: { protocolVersion: '2026-07-28', clientInfo: INFO, clientCapabilities: { elicitation: {} } },
    rawDispatch: async (request, { signal } = {}) => {
      const { method, params } = toMessage(request);
      lastId += 1;
      const answer = await post(
        server.url,
        { jsonrpc: '2.0', id: lastId, method, params },
        modernHeaders(method, params),
        signal,
      );
      const { error, result } = answer.message;
      if (error !== undefined) return { kind: 'error', error: ErrorV2Schema.parse(error) };
      return { kind: 'result', result: toJsonValue(result) };
    },
  });
  const { arguments: own } = work('ext');
  const execution = await session.callTool('effect', { ...own, ask_first: true });
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { token: 'ext' } });
  expect(asked).toEqual(['request-retry approval-before-start', 'task-update approval']);
  expect(server.kit.parts.effects.committed).toEqual(['ext']);
  await session.close();
  await client.close();
});

function toMessage(request: unknown): { readonly method: string; readonly params: JsonObject } {
  if (isObject(request) && typeof request.method === 'string' && isObject(request.params)) {
    return { method: request.method, params: request.params };
  }
  throw new Error(`expected a request, got ${JSON.stringify(request)}`);
}

test('the ext-tasks client of 2025-11-25 answers the question of its task over HTTP', async () => {
  await using server = await serveHttp(tasks20251125);
  const client = new ModernClient(INFO, { capabilities: { elicitation: {} } });
  await client.connect(new ModernHttp(server.url));
  const asked: string[] = [];
  const session = createTaskSessionFromClient(client, { endpointId: 'test', onInputRequest: onInput(asked) });
  const execution = await session.callTool('effect', work('ext-v1').arguments);
  const { outcome } = await execution.settle();
  expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { token: 'ext-v1' } });
  expect(asked).toEqual([expect.stringMatching(/^peer-request/)]);
  await session.close();
  await client.close();
});

test('a reply counts only in the session that was asked, and only from its caller', async () => {
  await using server = await serveHttp(tasks20251125);
  const initialize = {
    ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
    params: {
      ...{ protocolVersion: '2025-11-25', capabilities: { elicitation: {} } },
      clientInfo: { name: 'raw', version: '1' },
    },
  };
  const open = async (token: string) => {
    const headers = { ...JSON_HEADERS, authorization: `Bearer ${token}` };
    const answer = await post(server.url, initialize, headers);
    return { ...headers, 'mcp-session-id': answer.headers.get('mcp-session-id') ?? '' };
  };
  const [alice, mallory] = [await open('alice'), await open('mallory')];
  const create = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { ...work('raw'), task: {} } };
  const { message } = await post(server.url, create, alice);
  const task = isObject(message.result) && isObject(message.result.task) ? message.result.task : {};

  const fetchResult = { jsonrpc: '2.0', id: 3, method: 'tasks/result', params: { taskId: task.taskId } };
  const stream = await fetch(server.url, { method: 'POST', headers: alice, body: JSON.stringify(fetchResult) });
  const events = messagesOf(stream);
  const { value: question } = await events.next();
  expect(question).toMatchObject({ method: 'elicitation/create', params: { _meta: expect.anything() } });
  const reply = { jsonrpc: '2.0', id: question?.id, result: { action: 'accept', content: { approve: true } } };

  const look = { jsonrpc: '2.0', id: 4, method: 'tasks/get', params: { taskId: task.taskId } };
  const status = async () => {
    const { result } = (await post(server.url, look, alice)).message;
    return isObject(result) ? result.status : undefined;
  };
  const statuses = [
    (await post(server.url, reply, mallory)).status,
    (await post(server.url, reply, { ...mallory, 'mcp-session-id': alice['mcp-session-id'] })).status,
    (await post(server.url, reply, { ...JSON_HEADERS, authorization: alice.authorization })).status,
  ];
  expect(statuses).toEqual([202, 404, 400]);
  expect(await status()).toBe('input_required');
  expect((await post(server.url, reply, alice)).status).toBe(202);
  const { value: answer } = await events.next();
  expect(answer).toMatchObject({ id: 3, result: { structuredContent: { token: 'raw' } } });
});

/** The messages of an event stream. */
async function* messagesOf(response: Response): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const data = rest
        .slice(0, end)
        .split('\n')
        .find((line) => line.startsWith('data: '));
      rest = rest.slice(end + 2);
      const message: unknown = data === undefined ? undefined : JSON.parse(data.slice('data: '.length));
      if (isObject(message) && message.method !== 'notifications/tasks/status') yield message;
    }
  }
}
