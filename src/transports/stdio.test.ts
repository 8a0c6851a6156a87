import { Buffer } from 'node:buffer';
import { createInterface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../dialects/json-rpc.ts';
import * as tasks20251125 from '../dialects/tasks-2025-11-25.ts';
import * as tasks20260728 from '../dialects/tasks-2026-07-28.ts';
import { createDialectKit } from '../dialects/testing/dialect-kit.ts';
import { createLineSplitter } from './line-splitter.ts';
import { createStdioTransport } from './stdio.ts';
import { TASK_CLIENT_META } from './testing/raw-post.ts';
import { type StdioKit, serveStdio } from './testing/server-kit.ts';

const effect = (token: string, ms: number): JsonObject => ({
  name: 'effect',
  arguments: { token, ms, mode: 'repeatable' },
});

const line = (method: string, params: JsonObject = {}, id?: number | string) =>
  `${JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params })}\n`;

/** The messages that come out, one by one; anything that is no JSON object fails the test. */
function reader({ output }: Pick<StdioKit, 'output'>) {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  return async (): Promise<JsonObject> => {
    const next = await lines.next();
    const message: unknown = next.done === true ? undefined : JSON.parse(next.value);
    if (!isObject(message)) throw new Error(`expected a message, got ${JSON.stringify(message)}`);
    return message;
  };
}

describe('messages', () => {
  test('answers come as they are ready, not in the order of the requests', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    server.input.write(line('tools/call', effect('slow', 200), 1) + line('ping', {}, 'two'));
    expect(await next()).toEqual({ jsonrpc: '2.0', id: 'two', result: {} });
    expect(await next()).toMatchObject({ id: 1, result: { structuredContent: { token: 'slow' } } });
  });

  test('bad JSON is -32700, no message is -32600, and the conversation goes on', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    server.input.write(`{"jsonrpc":\n\n[]\n{"jsonrpc":"2.0","id":4}\n${line('ping', {}, 5)}`);
    expect(await next()).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await next()).toMatchObject({ id: null, error: { code: -32600 } });
    expect(await next()).toMatchObject({ id: 4, error: { code: -32600 } });
    expect(await next()).toMatchObject({ id: 5, result: {} });
  });

  test('a message cut anywhere, also inside a character, is put together again', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    for (const byte of Buffer.from(line('tools/call', { ...effect('grün-☃-🙂', 0), task: {} }, 'é'))) {
      server.input.write(Buffer.from([byte]));
    }
    const created = await next();
    expect(created).toMatchObject({ id: 'é', result: { task: { status: 'working' } } });
    expect(server.kit.parts.effects.begun.join()).toMatch(/^(grün-☃-🙂)?$/);
  });

  test('notifications and answers of the client get no answer; CRLF is a line end too', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    server.input.write(line('notifications/initialized'));
    server.input.write('{"jsonrpc":"2.0","id":9,"result":{}}\n');
    server.input.write(line('ping', {}, 1).replace('\n', '\r\n'));
    expect(await next()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  test('httpStatus stays inside', async () => {
    await using server = await serveStdio(tasks20260728);
    const next = reader(server);
    server.input.write(line('tasks/get', { taskId: 'x' }, 1));
    const answer = await next();
    expect(answer).toMatchObject({ error: { code: -32602 } });
    expect(Object.keys(answer).sort()).toEqual(['error', 'id', 'jsonrpc']);
  });
});

describe('cancelling', () => {
  test('notifications/cancelled ends the request it names, without an answer', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    server.input.write(line('tools/call', effect('one', 60_000), 1) + line('tools/call', effect('two', 150), '1'));
    server.input.write(line('notifications/cancelled', { requestId: 1 }));
    server.input.write(line('notifications/cancelled', { requestId: 'nobody' }));
    expect(await next()).toMatchObject({ id: '1', result: { structuredContent: { token: 'two' } } });
    expect(server.kit.parts.effects.committed).toEqual(['two']);
  });

  test('a subscription of 2026-07-28 is ended by cancelling it, and told on the pipe until then', async () => {
    await using server = await serveStdio(tasks20260728);
    const next = reader(server);
    server.input.write(line('tools/call', { ...effect('a', 60_000), _meta: TASK_CLIENT_META }, 1));
    const created = await next();
    const taskId = isObject(created.result) ? created.result.taskId : undefined;
    server.input.write(
      line('subscriptions/listen', { notifications: { taskIds: [taskId] }, _meta: TASK_CLIENT_META }, 2),
    );
    expect(await next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    expect(await next()).toMatchObject({ method: 'notifications/tasks', params: { taskId } });
    server.input.write(line('notifications/cancelled', { requestId: 2 }));
    server.input.write(line('tasks/cancel', { taskId, _meta: TASK_CLIENT_META }, 3));
    let message = await next();
    if (message.method === 'notifications/tasks') message = await next(); // told between the two lines
    expect(message).toMatchObject({ id: 3, result: { resultType: 'complete' } });
  });
});

describe('the end', () => {
  test('of input: what was asked before is answered, and the transport closes', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    server.input.end(line('ping', {}, 1) + line('ping', {}, 2).trimEnd());
    expect([(await next()).id, (await next()).id]).toEqual([1, 2]);
    await server.closed;
  });

  test('of input does not wait for calls that wait, nor stop their work', async () => {
    await using server = await serveStdio(tasks20251125);
    server.input.end(line('tools/call', effect('a', 800), 1));
    await server.closed;
    expect(server.kit.parts.effects.begun).toEqual(['a']);
    expect(server.kit.parts.effects.committed).toEqual([]);
    await expect.poll(() => server.kit.parts.effects.committed, { timeout: 60_000 }).toEqual(['a']);
  });

  test('by the server: those who wait are told', async () => {
    await using server = await serveStdio(tasks20251125);
    const next = reader(server);
    server.input.write(line('tools/call', effect('a', 60_000), 1));
    await expect.poll(() => server.kit.parts.effects.begun, { timeout: 60_000 }).toEqual(['a']);
    await server.close();
    expect(await next()).toMatchObject({ id: 1, error: { code: -32000, data: { reason: 'draining' } } });
    await server.closed;
  });

  test('a reader that went away ends the conversation and throws nothing', async () => {
    await using kit = await createDialectKit(tasks20251125);
    const input = new PassThrough();
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const errors: Error[] = [];
    const transport = createStdioTransport({ dialect: kit.dialect, input, output, onError: (e) => errors.push(e) });
    await transport.start();
    input.write(line('ping', {}, 1) + line('ping', {}, 2));
    await transport.closed;
    expect(errors.map((error) => error.message)).toEqual(['EPIPE']);
  });
});

test('a reader that does not read stops the server from reading on, and nothing is lost', async () => {
  await using kit = await createDialectKit(tasks20251125);
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 1_024 });
  const transport = createStdioTransport({ dialect: kit.dialect, input, output });
  await transport.start();
  const requestCount = 2_000;
  for (let id = 1; id <= requestCount; id++) input.write(line('ping', {}, id));
  await expect.poll(() => input.isPaused(), { timeout: 60_000 }).toBe(true);
  const next = reader({ output });
  const ids = new Set<unknown>();
  for (let index = 0; index < requestCount; index++) ids.add((await next()).id);
  expect(ids.size).toBe(requestCount);
  await transport.close();
});

test('lines longer than the limit are dropped and said to be, the next one is whole', () => {
  const lines: (string | null)[] = [];
  const splitter = createLineSplitter(8, (text) => lines.push(text));
  for (const chunk of ['123456789', 'abc\n12345', '678\n', 'x']) splitter.push(Buffer.from(chunk));
  splitter.end();
  expect(lines).toEqual([null, '12345678', 'x']);
});
