import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HttpExchangeRequest, ServerFace } from '../server-face.ts';
import { faceOf, shapeOf } from './index.ts';

interface Seen {
  status: number | null;
  headers: Readonly<Record<string, string>>;
  readonly messages: unknown[];
  body: string | undefined;
  isOver: boolean;
}

function face(server: unknown, transport: 'http' | 'stdio' = 'http', kind?: string) {
  const aborted: unknown[] = [];
  const made = faceOf(shapeOf(server, kind), { boot: 1, transport, abort: (error) => aborted.push(error) });
  return Object.assign(made, { aborted });
}

/** One exchange until it is over, or until nothing more happens. */
async function post(
  to: ServerFace,
  message: unknown,
  request: Partial<Omit<HttpExchangeRequest, 'onGone' | 'header'>> = {},
): Promise<Seen> {
  const { signal = new AbortController().signal } = request;
  const headers = request.headers ?? {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: 'Bearer alice',
  };
  const seen: Seen = { status: null, headers: {}, messages: [], body: undefined, isOver: false };
  to.http?.exchange(
    {
      text: typeof message === 'string' ? message : JSON.stringify(message),
      principal: 'alice',
      ...request,
      headers,
      header: (name) => headers[name],
      signal,
      onGone: (listener) => signal.addEventListener('abort', listener, { once: true }),
    },
    {
      head(status, headers) {
        seen.status = status;
        seen.headers = headers;
      },
      message: (text) => seen.messages.push(JSON.parse(text)),
      end(text) {
        seen.body = text;
        seen.isOver = true;
      },
    },
  );
  for (let turn = 0; turn < 50 && !seen.isOver; turn += 1) await new Promise(setImmediate);
  return seen;
}

const call = (id: number, method = 'work', params: object = {}) => ({ jsonrpc: '2.0', id, method, params });
const INITIALIZE = call(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});
const SESSION = { 'mcp-session-id': 'session-1-1' };

const echo = {
  handle: (message: { id?: number; method: string }, context: { principal: string; session: { id: string } }) =>
    message.id === undefined
      ? undefined
      : { jsonrpc: '2.0', id: message.id, result: { who: context.principal, session: context.session.id } },
};

describe('what createServer returns', () => {
  it.each([
    ['an object with handle', echo, undefined, 'handler'],
    ['a function', () => {}, undefined, 'handler'],
    ['a function of which the module says that it takes a Request', () => {}, 'fetch', 'fetch'],
    ['an object with fetch', { fetch: () => {} }, undefined, 'fetch'],
    ['a function with fetch', Object.assign(() => {}, { fetch: () => {} }), undefined, 'fetch'],
    ['an SDK server', new McpServer({ name: 's', version: '1' }), undefined, 'connect'],
    ['several, of which the module chooses one', { fetch: () => {}, connect: () => {} }, 'connect', 'connect'],
  ])('may be %s', (_what, server, kind, expected) => {
    expect(shapeOf(server, kind).kind).toBe(expected);
  });

  it.each([
    [undefined, undefined, /must return something with connect\(transport\); .* It returned undefined\.$/],
    [{ listen: 1 }, undefined, /It returned \{ listen \}\.$/],
    [{ fetch: () => {} }, 'handler', /must return something with handle\(message, context\), or such a function/],
    [echo, 'handlers', /exports kind = "handlers"; expected connect, handler, fetch/],
  ])('must be one of them: %o', (server, kind, message) => {
    expect(() => shapeOf(server, kind)).toThrow(message);
  });

  it('speaks HTTP only when it is a fetch handler', () => {
    expect(() => face({ fetch: () => {} }, 'stdio')).toThrow(/leave out --transport stdio/);
  });
});

describe('a handler over HTTP', () => {
  it('answers a request of its caller', async () => {
    const seen = await post(face(echo), call(7));
    expect([seen.status, seen.messages]).toEqual([
      200,
      [{ jsonrpc: '2.0', id: 7, result: { who: 'alice', session: '' } }],
    ]);
  });

  it('begins a session with an initialize that it answers, and knows no session of another boot', async () => {
    const server = face(echo);
    const begun = await post(server, INITIALIZE);
    expect(begun.headers).toMatchObject(SESSION);
    const known = await post(server, call(2), { headers: SESSION });
    expect(known.messages).toMatchObject([{ result: { session: 'session-1-1' } }]);
    const unknown = await post(server, call(2), { headers: { 'mcp-session-id': 'session-0-1' } });
    expect([unknown.status, unknown.messages]).toEqual([
      404,
      [{ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }],
    ]);
    expect([server.http?.endSessions?.('bob'), server.http?.endSessions?.(null)]).toEqual([0, 1]);
    expect((await post(server, call(2), { headers: SESSION })).status).toBe(404);
  });

  it('sends what it has to say before the answer first', async () => {
    const server = face((message: { id: number }, { notify }: { notify: (one: unknown) => void }) => {
      notify({ jsonrpc: '2.0', method: 'notifications/progress' });
      return { jsonrpc: '2.0', id: message.id, result: {} };
    });
    const seen = await post(server, call(1));
    expect(seen.messages).toMatchObject([{ method: 'notifications/progress' }, { id: 1 }]);
    expect(seen.headers['content-type']).toBe('text/event-stream');
  });

  it('asks its client on the stream of the request, and the reply comes back in the session', async () => {
    const server = face({
      async handle(
        message: { id: number; method: string },
        context: { request?: (q: object, s: AbortSignal) => unknown },
      ) {
        if (message.method === 'initialize') return { jsonrpc: '2.0', id: message.id, result: {} };
        const wanted = new AbortController().signal;
        const reply = await context.request?.({ method: 'elicitation/create', params: { message: '?' } }, wanted);
        return { jsonrpc: '2.0', id: message.id, result: reply };
      },
    });
    await post(server, INITIALIZE);
    const asking = post(server, call(2), { headers: SESSION });
    await new Promise(setImmediate);
    const reply = { jsonrpc: '2.0', id: 'question-1-1', result: { action: 'accept' } };
    expect((await post(server, reply, { headers: SESSION })).status).toBe(202);
    expect((await asking).messages).toMatchObject([
      { id: 'question-1-1', method: 'elicitation/create' },
      { id: 2, result: { kind: 'result', result: { action: 'accept' } } },
    ]);
  });

  it('learns why nobody waits any more', async () => {
    const reasons: unknown[] = [];
    const server = face({
      handle: (message: { id?: number; method: string }, { signal }: { signal: AbortSignal }) => {
        if (message.method === 'initialize') return { jsonrpc: '2.0', id: message.id, result: {} };
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return message.id === undefined ? undefined : new Promise(() => {});
      },
    });
    await post(server, INITIALIZE);
    const modern = new AbortController();
    void post(server, call(5), { signal: modern.signal });
    const legacy = new AbortController();
    void post(server, call(5), { headers: SESSION, signal: legacy.signal });
    modern.abort();
    legacy.abort();
    void post(server, call(6), { headers: SESSION });
    void post(server, call(6), { principal: 'bob' });
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 6 } };
    expect((await post(server, cancel, { headers: SESSION })).status).toBe(202);
    expect(reasons).toEqual(['cancelled', 'disconnected', 'cancelled']);
  });

  it('has its errors answered, with the HTTP status it asks for', async () => {
    const server = face((message: { id: number; method: string }) => {
      if (message.method === 'throw') throw new Error('broken');
      return { jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'no' }, httpStatus: 400 };
    });
    const refused = await post(server, call(1));
    expect([refused.status, refused.messages]).toEqual([
      400,
      [{ jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } }],
    ]);
    expect((await post(server, call(1, 'throw'))).messages).toMatchObject([{ id: 1, error: { code: -32603 } }]);
    expect((await post(server, '{')).messages).toMatchObject([{ id: null, error: { code: -32700 } }]);
  });
});

describe('a handler on a pipe', () => {
  it('answers line by line', async () => {
    const lines: unknown[] = [];
    const line = face(echo, 'stdio').line?.connect({ line: (text) => lines.push(JSON.parse(text)), closed: () => {} });
    line?.line(JSON.stringify(call(1)));
    line?.line('nonsense');
    line?.line(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    await new Promise(setImmediate);
    expect(lines).toEqual([
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'not a JSON object' } },
      { jsonrpc: '2.0', id: 1, result: { who: 'local', session: 'stdio' } },
    ]);
  });
});

function sdkServer(): McpServer {
  const taskStore = new InMemoryTaskStore();
  const capabilities = { logging: {}, tasks: { requests: { tools: { call: {} } } } };
  const server = new McpServer({ name: 'sdk', version: '1' }, { capabilities, taskStore });
  server.registerTool('add', {}, (extra) => ({
    content: [{ type: 'text', text: `${extra.sessionId} ${extra.authInfo?.token}` }],
  }));
  server.registerTool('tell', {}, async (extra) => {
    await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data: 'on its way' } });
    return { content: [] };
  });
  return server;
}

describe('an SDK server', () => {
  it('is connected once on a pipe', async () => {
    const lines: unknown[] = [];
    const line = face(sdkServer(), 'stdio').line?.connect({
      line: (text) => lines.push(JSON.parse(text)),
      closed: () => {},
    });
    line?.line(JSON.stringify(INITIALIZE));
    line?.line(JSON.stringify(call(2, 'tools/call', { name: 'add' })));
    for (let turn = 0; turn < 50 && lines.length < 2; turn += 1) await new Promise(setImmediate);
    expect(lines).toMatchObject([
      { id: 1, result: { serverInfo: { name: 'sdk' } } },
      { id: 2, result: { content: [{ text: 'undefined undefined' }] } },
    ]);
  });

  it('is connected once a session over HTTP, and knows its session and its caller', async () => {
    const servers: McpServer[] = [];
    const server = face({
      connect(transport: never) {
        const one = sdkServer();
        servers.push(one);
        return one.connect(transport);
      },
    });
    expect((await post(server, INITIALIZE)).headers).toMatchObject(SESSION);
    expect((await post(server, INITIALIZE)).headers).toMatchObject({ 'mcp-session-id': 'session-1-2' });
    const auth = { authorization: 'Bearer alice' };
    const called = await post(server, call(2, 'tools/call', { name: 'add' }), { headers: { ...SESSION, ...auth } });
    expect(called.messages).toMatchObject([{ result: { content: [{ text: 'session-1-1 alice' }] } }]);
    expect((await post(server, call(2), { headers: {} })).status).toBe(400);
    expect((await post(server, call(2), { headers: { 'mcp-session-id': 'session-9-1' } })).status).toBe(404);
    const told = await post(server, call(3, 'tools/call', { name: 'tell' }), { headers: SESSION });
    expect(told.messages).toMatchObject([{ method: 'notifications/message' }, { id: 3 }]);
    expect(servers.length).toBe(2);
    expect(server.http?.endSessions?.('alice')).toBe(2);
    expect(servers.map((one) => one.isConnected())).toEqual([false, false]);
    expect((await post(server, call(4), { headers: SESSION })).status).toBe(404);
  });

  it('that takes one connection only ends a run over HTTP with what to do instead', async () => {
    const server = face(sdkServer());
    await post(server, INITIALIZE);
    await post(server, INITIALIZE);
    expect(server.aborted.map(String)).toEqual([expect.stringMatching(/--transport stdio/)]);
  });
});

describe('a fetch handler', () => {
  it('gets the whole request, and its JSON answers are messages', async () => {
    const server = face({
      fetch: async (request: Request) => {
        const { id } = z.object({ id: z.number() }).parse(await request.json());
        const headers = { 'mcp-session-id': 's1' };
        return Response.json({ jsonrpc: '2.0', id, result: request.headers.get('authorization') }, { headers });
      },
    });
    const seen = await post(server, call(4));
    expect([seen.status, seen.messages]).toEqual([200, [{ jsonrpc: '2.0', id: 4, result: 'Bearer alice' }]]);
    expect(seen.headers).toMatchObject({ 'mcp-session-id': 's1' });
  });

  it('may stream its messages', async () => {
    const events = ['data: \n\n', 'event: message\ndata: {"jsonrpc":"2.0","method":"a"}\n', '\ndata: {"id":1}\n\n'];
    const stream = () =>
      new ReadableStream({
        start(controller) {
          for (const event of events) controller.enqueue(new TextEncoder().encode(event));
          controller.close();
        },
      });
    const headers = { 'content-type': 'text/event-stream' };
    const seen = await post(
      face(() => new Response(stream(), { headers }), 'http', 'fetch'),
      call(1),
    );
    expect([seen.messages, seen.isOver]).toEqual([[{ jsonrpc: '2.0', method: 'a' }, { id: 1 }], true]);
  });

  it('has its status codes and other bodies passed on', async () => {
    const gone = await post(face({ fetch: () => new Response('gone fishing', { status: 503 }) }), call(1));
    expect([gone.status, gone.messages, gone.body]).toEqual([503, [], 'gone fishing']);
    const accepted = await post(face({ fetch: () => new Response(null, { status: 202 }) }), call(1));
    expect([accepted.status, accepted.messages, accepted.isOver]).toEqual([202, [], true]);
  });

  it('that throws is answered for with 500', async () => {
    const thrower = { fetch: () => Promise.reject(new Error('broken')) };
    expect(await post(face(thrower), call(1))).toMatchObject({ status: 500, body: 'Internal Server Error' });
  });

  it('sees the client hang up', async () => {
    const gone = new AbortController();
    let isCancelled = false;
    const body = new ReadableStream({
      cancel() {
        isCancelled = true;
      },
    });
    const headers = { 'content-type': 'text/event-stream' };
    const exchange = post(face({ fetch: () => new Response(body, { headers }) }), call(1), { signal: gone.signal });
    await new Promise(setImmediate);
    gone.abort();
    expect((await exchange).isOver).toBe(true);
    expect(isCancelled).toBe(true);
  });
});
