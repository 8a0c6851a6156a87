import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../dialects/json-rpc.ts';
import { isObject } from '../dialects/json-rpc.ts';
import * as tasks20251125 from '../dialects/tasks-2025-11-25.ts';
import * as tasks20260728 from '../dialects/tasks-2026-07-28.ts';
import { createHttpTransport } from './http.ts';
import { createSessions } from './sessions.ts';
import { JSON_HEADERS, modernHeaders, post, TASK_CLIENT_META } from './testing/raw-post.ts';
import { type HttpKit, serveHttp } from './testing/server-kit.ts';

const effect = (token: string, ms = 50): JsonObject => ({
  name: 'effect',
  arguments: { token, ms, mode: 'repeatable' },
});
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const bearer = (token: string) => ({ ...JSON_HEADERS, authorization: `Bearer ${token}` });

function rpc(method: string, params: JsonObject = {}, id: number | string = 1): JsonObject {
  return { jsonrpc: '2.0', id, method, params };
}

/** A modern request with every header it needs, unless told otherwise. */
function ask({ url }: HttpKit, method: string, params: JsonObject = {}, headers: Record<string, string> = {}) {
  const full = { ...params, _meta: TASK_CLIENT_META };
  return post(url, rpc(method, full), { ...modernHeaders(method, full), ...headers });
}

async function openSession({ url }: HttpKit, headers: Readonly<Record<string, string>> = JSON_HEADERS) {
  const answer = await post(url, INITIALIZE, headers);
  expect(answer.status).toBe(200);
  return { ...headers, 'mcp-session-id': answer.headers.get('mcp-session-id') ?? '' };
}

const errorCode = (message: JsonObject) => (isObject(message.error) ? message.error.code : undefined);
const resultOf = (message: JsonObject) => (isObject(message.result) ? message.result : {});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 6_000; round++) {
    if (await condition()) return;
    await pause(10);
  }
  throw new Error('expected the condition to hold within a minute');
}

describe('sessions (2025-11-25)', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('initialize opens one with an id that cannot be guessed, and other requests need it: 400 without', async () => {
    await using server = await serveHttp(tasks20251125);
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await openSession(server))['mcp-session-id']),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{36}$/);
    const without = await post(server.url, rpc('tools/list'));
    expect(without).toMatchObject({
      status: 400,
      message: { id: 1, error: { message: expect.stringMatching(/session/i) } },
    });
  });

  test('2025-56: an unknown or ended session is 404, and the task is there in a new one', async () => {
    await using server = await serveHttp(tasks20251125);
    const first = await openSession(server, bearer('a'));
    const created = await post(server.url, rpc('tools/call', { ...effect('a'), task: {} }), first);
    const { task } = resultOf(created.message);
    const taskId = isObject(task) ? task.taskId : undefined;
    expect((await fetch(server.url, { method: 'DELETE', headers: first })).status).toBe(204);
    const gone = await post(server.url, rpc('tasks/get', { taskId }), first);
    expect(gone).toMatchObject({ status: 404, message: { error: { message: 'Session not found' } } });
    expect((await fetch(server.url, { method: 'DELETE', headers: first })).status).toBe(404);
    expect((await fetch(server.url, { method: 'DELETE' })).status).toBe(400);
    const second = await openSession(server, bearer('a'));
    const again = await post(server.url, rpc('tasks/result', { taskId }), second);
    expect(resultOf(again.message)).toMatchObject({ structuredContent: { token: 'a' } });
  });

  test('a session is bound to its caller: for another one it is 404', async () => {
    await using server = await serveHttp(tasks20251125);
    const session = await openSession(server, bearer('a'));
    expect((await post(server.url, rpc('ping'), { ...session, ...bearer('b') })).status).toBe(404);
    expect((await fetch(server.url, { method: 'DELETE', headers: { ...session, ...bearer('b') } })).status).toBe(404);
    expect((await post(server.url, rpc('ping'), session)).status).toBe(200);
  });

  test('idle sessions end, and there are never more than the limit', async () => {
    await using server = await serveHttp(
      tasks20251125,
      {},
      { sessions: createSessions({ countMax: 2, idleMsMax: 150 }) },
    );
    // Idle is what the test says is idle, however long a request takes.
    vi.useFakeTimers({ toFake: ['Date'] });
    const [one, two] = [await openSession(server), await openSession(server)];
    expect((await post(server.url, rpc('ping'), one)).status).toBe(200); // now `two` is the one idle longest
    const three = await openSession(server);
    expect((await post(server.url, rpc('ping'), two)).status).toBe(404);
    expect((await post(server.url, rpc('ping'), one)).status).toBe(200);
    expect((await post(server.url, rpc('ping'), three)).status).toBe(200);
    vi.setSystemTime(Date.now() + 200);
    expect((await post(server.url, rpc('ping'), three)).status).toBe(404);
  });

  test('a failed initialize opens no session', async () => {
    await using server = await serveHttp(tasks20251125);
    const answer = await post(server.url, rpc('initialize', {}));
    expect(errorCode(answer.message)).toBe(-32602);
    expect(answer.headers.get('mcp-session-id')).toBeNull();
  });

  test('an unknown MCP-Protocol-Version is 400, a known one passes', async () => {
    await using server = await serveHttp(tasks20251125);
    const session = await openSession(server);
    expect((await post(server.url, rpc('ping'), { ...session, 'mcp-protocol-version': '1999-01-01' })).status).toBe(
      400,
    );
    expect((await post(server.url, rpc('ping'), { ...session, 'mcp-protocol-version': '2025-11-25' })).status).toBe(
      200,
    );
  });

  test('2025-55: closing the connection of a waiting call does not stop its work', async () => {
    await using server = await serveHttp(tasks20251125);
    const session = await openSession(server);
    const gone = new AbortController();
    const call = post(server.url, rpc('tools/call', effect('a', 2_000)), session, gone.signal);
    await until(() => server.kit.parts.effects.begun.includes('a'));
    gone.abort();
    await expect(call).rejects.toThrow();
    await until(() => server.kit.parts.effects.committed.includes('a'));
  });

  test("notifications/cancelled of the same session ends a waiting call and its work; another session's does not", async () => {
    await using server = await serveHttp(tasks20251125);
    const [mine, other] = [await openSession(server), await openSession(server)];
    const call = post(server.url, rpc('tools/call', effect('a', 60_000), 'x1'), mine);
    await until(() => server.kit.parts.effects.begun.includes('a'));
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'x1' } };
    expect((await post(server.url, cancelled, other)).status).toBe(202);
    await pause(50);
    expect((await post(server.url, cancelled, mine)).status).toBe(202);
    const answer = await call;
    expect(answer.message).toEqual({}); // nobody waits for it: an empty stream
    expect(server.kit.parts.effects.committed).toEqual([]);
  });

  test('progress of a waiting call comes on an event stream, which ends with the answer', async () => {
    await using server = await serveHttp(tasks20251125);
    const session = await openSession(server);
    const params = {
      name: 'generate_report',
      arguments: { token: 'p', ms: 100, topic: 'tides' },
      _meta: { progressToken: 7 },
    };
    const response = await fetch(server.url, {
      method: 'POST',
      headers: session,
      body: JSON.stringify(rpc('tools/call', params)),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = messagesOf(await response.text());
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ id: 1, result: { structuredContent: { token: 'p' } } });
    for (const event of events.slice(0, -1)) {
      expect(event).toMatchObject({ method: 'notifications/progress', params: { progressToken: 7 } });
    }
  });
});

describe('headers (2026-07-28)', () => {
  test('a request needs no session and gets none', async () => {
    await using server = await serveHttp(tasks20260728);
    const answer = await ask(server, 'server/discover');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('mcp-session-id')).toBeNull();
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect((await fetch(server.url, { method: 'DELETE' })).status).toBe(405);
  });

  test('2026-44, 2026-45: each required header, missing or different, is 400 with -32020', async () => {
    await using server = await serveHttp(tasks20260728);
    const requests: readonly (readonly [string, JsonObject])[] = [
      ['tools/call', effect('a')],
      ['tasks/get', { taskId: 'x' }],
      ['tasks/update', { taskId: 'x', inputResponses: {} }],
      ['tasks/cancel', { taskId: 'x' }],
    ];
    for (const [method, params] of requests) {
      const full = { ...params, _meta: TASK_CLIENT_META };
      const right = modernHeaders(method, full);
      for (const name of ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name']) {
        const { [name]: _, ...without } = right;
        for (const headers of [without, { ...right, [name]: 'other' }]) {
          const answer = await post(server.url, rpc(method, full), headers);
          expect([answer.status, errorCode(answer.message)], `${method} ${name}`).toEqual([400, -32020]);
          expect(answer.message.id).toBe(1);
        }
      }
    }
    expect(server.kit.parts.effects.begun).toEqual([]);
  });

  test('Mcp-Name may be Base64, and must be when the name is not ASCII', async () => {
    await using server = await serveHttp(tasks20260728);
    const sentinel = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
    const code = async (taskId: string, header: string) =>
      errorCode((await ask(server, 'tasks/get', { taskId }, { 'Mcp-Name': header })).message);
    expect(await code('größe-☃', sentinel('größe-☃'))).toBe(-32602); // the header agrees; there is no such task
    expect(await code('plain', sentinel('plain'))).toBe(-32602);
    expect(await code('plain', sentinel('other'))).toBe(-32020);
    expect(await code('plain', '=?base64?%%%?=')).toBe(-32020);
  });

  test('HTTP says what the code says: 404 unknown method, 400 envelope, version and capability, 200 unknown task', async () => {
    await using server = await serveHttp(tasks20260728);
    const status = async (method: string, params: JsonObject, version = '2026-07-28') => {
      const headers = { ...modernHeaders(method, params), 'MCP-Protocol-Version': version };
      const answer = await post(server.url, rpc(method, params), headers);
      expect(answer.message).not.toHaveProperty('httpStatus');
      return [answer.status, errorCode(answer.message)];
    };
    const capabilities = 'io.modelcontextprotocol/clientCapabilities';
    const version = 'io.modelcontextprotocol/protocolVersion';
    expect(await status('tasks/list', { _meta: TASK_CLIENT_META })).toEqual([404, -32601]);
    expect(await status('tasks/get', { taskId: 'x' })).toEqual([400, -32602]);
    expect(
      await status('tools/list', { _meta: { ...TASK_CLIENT_META, [version]: '2099-01-01' } }, '2099-01-01'),
    ).toEqual([400, -32022]);
    expect(await status('tasks/get', { taskId: 'x', _meta: { ...TASK_CLIENT_META, [capabilities]: {} } })).toEqual([
      400, -32021,
    ]);
    expect(await status('tasks/get', { taskId: 'x', _meta: TASK_CLIENT_META })).toEqual([200, -32602]);
  });

  test('initialize, from a client of an older revision without these headers, is -32601', async () => {
    await using server = await serveHttp(tasks20260728);
    const answer = await post(server.url, INITIALIZE);
    expect([answer.status, errorCode(answer.message)]).toEqual([404, -32601]);
  });

  test("2026-21: a task made on one connection is read on another; its caller's token decides, nothing else", async () => {
    await using server = await serveHttp(tasks20260728);
    const created = await ask(server, 'tools/call', effect('a'), { authorization: 'Bearer one' });
    const { taskId } = resultOf(created.message);
    const read = (token: string) =>
      ask(server, 'tasks/get', { taskId }, { authorization: `Bearer ${token}`, connection: 'close' });
    expect(resultOf((await read('one')).message)).toMatchObject({ taskId });
    expect(errorCode((await read('two')).message)).toBe(-32602); // 2026-47
  });

  test('closing the response cancels a waiting call and its work; a created task goes on', async () => {
    await using server = await serveHttp(tasks20260728);
    const created = await ask(server, 'tools/call', effect('task', 200));
    expect(resultOf(created.message)).toMatchObject({ resultType: 'task' });
    const gone = new AbortController();
    const _meta = { ...TASK_CLIENT_META, 'io.modelcontextprotocol/clientCapabilities': {} };
    const params = { ...effect('waiting', 2_000), _meta };
    const call = post(server.url, rpc('tools/call', params), modernHeaders('tools/call', params), gone.signal);
    await until(() => server.kit.parts.effects.begun.includes('waiting'));
    gone.abort();
    await expect(call).rejects.toThrow();
    await until(() => server.kit.parts.effects.committed.includes('task'));
    await pause(2_500);
    expect(server.kit.parts.effects.committed).toEqual(['task']);
  });

  test('a subscription is an event stream, acknowledged first, that ends when its tasks have', async () => {
    await using server = await serveHttp(tasks20260728);
    const { taskId } = resultOf((await ask(server, 'tools/call', effect('a', 100))).message);
    const params = { notifications: { taskIds: [taskId] }, _meta: TASK_CLIENT_META };
    const response = await fetch(server.url, {
      method: 'POST',
      headers: modernHeaders('subscriptions/listen', params),
      body: JSON.stringify(rpc('subscriptions/listen', params, 'sub')),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = messagesOf(await response.text());
    expect(events[0]).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    expect(events.at(-2)).toMatchObject({ method: 'notifications/tasks', params: { taskId, status: 'completed' } });
    expect(events.at(-1)).toMatchObject({ id: 'sub', result: { resultType: 'complete' } });
  });

  test('a subscription whose reader went away is forgotten', async () => {
    await using server = await serveHttp(tasks20260728);
    const { taskId } = resultOf((await ask(server, 'tools/call', effect('a', 300))).message);
    const params = { notifications: { taskIds: [taskId] }, _meta: TASK_CLIENT_META };
    const gone = new AbortController();
    const response = await fetch(server.url, {
      method: 'POST',
      headers: modernHeaders('subscriptions/listen', params),
      body: JSON.stringify(rpc('subscriptions/listen', params)),
      signal: gone.signal,
    });
    expect(response.status).toBe(200);
    gone.abort();
    await until(() => server.kit.parts.effects.committed.includes('a'));
    expect(server.errors).toEqual([]);
  });
});

describe('what is let in', () => {
  test('a page of another site is 403, by its Origin or by the name it uses for this machine', async () => {
    await using server = await serveHttp(tasks20260728);
    const status = async (headers: Record<string, string>) =>
      (await ask(server, 'server/discover', {}, headers)).status;
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ origin: 'http://localhost:5173' })).toBe(200);
    expect(await rawStatus(server.url, 'evil.example')).toBe(403);
    expect(await rawStatus(server.url, 'localhost')).toBe(415); // past the door: this probe sends no JSON
  });

  test('origins and hosts can be named', async () => {
    const rules = { allowedOrigins: ['https://app.example'], allowedHosts: ['mcp.example'] };
    await using server = await serveHttp(tasks20260728, {}, rules);
    expect(await rawStatus(server.url, 'mcp.example')).toBe(415);
    expect(await rawStatus(server.url, 'mcp.example', 'Origin: https://app.example\r\n')).toBe(415);
    expect(await rawStatus(server.url, 'mcp.example', 'Origin: http://localhost\r\n')).toBe(403);
    expect(await rawStatus(server.url, 'localhost')).toBe(403);
  });

  test('GET is 405 and says what is allowed; other paths are 404; the health check is 200', async () => {
    await using server = await serveHttp(tasks20251125);
    const get = await fetch(server.url);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
    expect((await fetch(new URL('/nothing', server.url))).status).toBe(404);
    expect((await fetch(new URL('/metrics', server.url))).status).toBe(404);
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(200);
  });

  test('metrics and health are what the owner says', async () => {
    await using server = await serveHttp(
      tasks20251125,
      {},
      {
        metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
        isHealthy: () => false,
      },
    );
    const metrics = await fetch(new URL('/metrics', server.url));
    expect([metrics.headers.get('content-type'), await metrics.text()]).toEqual([
      'text/plain; version=0.0.4',
      'up 1\n',
    ]);
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(503);
  });

  test('other content is 415, other accepted types are 406, a large body is 413', async () => {
    await using server = await serveHttp(tasks20251125, {}, { limits: { bodyBytesMax: 1_000 } });
    expect((await post(server.url, INITIALIZE, { ...JSON_HEADERS, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(server.url, INITIALIZE, { ...JSON_HEADERS, accept: 'application/json' })).status).toBe(406);
    expect((await post(server.url, `"${'x'.repeat(2_000)}"`)).status).toBe(413);
    const chunked = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 20; index++) controller.enqueue(Buffer.alloc(100, 0x20));
        controller.close();
      },
    });
    const answer = await fetch(server.url, { method: 'POST', headers: JSON_HEADERS, body: chunked, duplex: 'half' });
    expect(answer.status).toBe(413);
    expect((await post(server.url, INITIALIZE)).status).toBe(200);
  });

  test('bad JSON is -32700, no message is -32600, both with HTTP 400; an answer is taken and dropped', async () => {
    await using server = await serveHttp(tasks20251125);
    const session = await openSession(server);
    const codeOf = async (body: unknown) => {
      const { status, message } = await post(server.url, body, session);
      return [status, errorCode(message)];
    };
    expect(await codeOf('{"jsonrpc":')).toEqual([400, -32700]);
    expect(await codeOf([rpc('ping')])).toEqual([400, -32600]);
    expect(await codeOf({ id: 1, method: 'ping' })).toEqual([400, -32600]);
    expect(await codeOf({ jsonrpc: '2.0', id: null, method: 'ping' })).toEqual([400, -32600]);
    expect(await codeOf({ jsonrpc: '2.0', id: 1, method: 'ping', params: [] })).toEqual([400, -32600]);
    expect((await post(server.url, { jsonrpc: '2.0', id: 5, result: {} }, session)).status).toBe(202);
    expect((await post(server.url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)).status).toBe(202);
  });

  test('a token no one can have is 401; the owner may decide who is who', async () => {
    await using server = await serveHttp(tasks20251125);
    const refused = await post(server.url, INITIALIZE, { ...JSON_HEADERS, authorization: 'Basic YTpi' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const authenticate = async () => undefined;
    await using closed = await serveHttp(tasks20251125, {}, { authenticate });
    expect((await post(closed.url, INITIALIZE)).status).toBe(401);
  });

  test('a client that hangs up in the middle of its message disturbs nobody', async () => {
    await using server = await serveHttp(tasks20251125);
    for (let index = 0; index < 5; index++) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(server.url.port), '127.0.0.1', () => {
          socket.write(
            `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"js`,
          );
          setTimeout(() => socket.resetAndDestroy(), 20);
        });
        socket.on('close', () => resolve());
      });
    }
    await openSession(server);
    expect(server.errors).toEqual([]);
  });
});

describe('stopping', () => {
  test('tells those who wait, then takes no connection, and does not hang on idle ones', async () => {
    await using server = await serveHttp(tasks20251125);
    const session = await openSession(server);
    const waiting = post(server.url, rpc('tools/call', effect('a', 60_000)), session);
    await until(() => server.kit.parts.effects.begun.includes('a'));
    await server.close();
    expect(await waiting).toMatchObject({
      status: 503,
      message: { error: { code: -32000, data: { reason: 'draining' } } },
    });
    await expect(post(server.url, rpc('ping'), session)).rejects.toThrow();
  });

  test('a port in use is an error of start', async () => {
    await using server = await serveHttp(tasks20251125);
    const second = createHttpTransport({ dialect: server.kit.dialect, port: Number(server.url.port) });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
  });

  test('it is reached on loopback only, unless told otherwise', async () => {
    await using server = await serveHttp(tasks20251125);
    expect(server.url.hostname).toBe('127.0.0.1');
  });
});

function messagesOf(stream: string): unknown[] {
  const data = stream.split('\n').filter((line) => line.startsWith('data: '));
  return data.map((line): unknown => JSON.parse(line.slice('data: '.length)));
}

/** HTTP status of a POST without JSON under a Host header of one's own, which fetch does not allow. */
function rawStatus(url: URL, host: string, headers = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), '127.0.0.1', () => {
      socket.write(
        `POST /mcp HTTP/1.1\r\nHost: ${host}:${url.port}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    });
    socket.on('data', (chunk) => {
      resolve(Number(chunk.toString('latin1').split(' ')[1]));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
