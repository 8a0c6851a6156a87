import { describe, expect, it } from 'vitest';
import type { EventBody } from '../model/event.ts';
import { openConnection } from './agent-connection.ts';
import type { Connection, WireContext } from './connection.ts';
import { openHttpStage, sendJson } from './testing/http-stage.ts';
import { metaOf, openSessionServer, replyError, replyResult, type SessionServer } from './testing/session-server.ts';
import { CALL, createStage, LEGACY_TASK, MODERN_TASK, type Stage, TOOL, TOOL_RESULT } from './testing/stage.ts';

const CREATE = { attempt: 1, key: null, intended: 5 };

interface Scene extends Stage {
  readonly server: SessionServer;
  readonly connection: Connection;
}

/** Agent 3 in a conversation with the scripted 2025-11-25 server. */
async function withSession(act: (scene: Scene) => Promise<void>, over: Partial<WireContext> = {}): Promise<void> {
  await using server = await openSessionServer();
  const stage = createStage('tasks-2025-11-25', over);
  const headers = { authorization: 'Bearer a3' };
  const endpoint = { kind: 'http' as const, conn: 'a3', url: server.url, headers };
  const connection = await openConnection({ context: stage.context, agent: 3, endpoint });
  try {
    await act({ ...stage, server, connection });
  } finally {
    await connection.close();
  }
}

/** kind, op or reason, and what an event belongs to. */
function lines(events: readonly EventBody[]): string[] {
  return events.map((event) => {
    if (event.kind === 'inv') return `inv ${event.op} ${event.attempt} #${event.rpcId}`;
    if (event.kind === 'ok') return `ok of ${event.of} ${event.status ?? '-'}`;
    if (event.kind === 'fail' || event.kind === 'info') return `${event.kind} of ${event.of} ${event.reason}`;
    return event.kind;
  });
}

describe('an agent over http', () => {
  it('records before it sends and after it knows', async () => {
    await withSession(async ({ connection, events, context }) => {
      const call = { ...CALL, key: 'key-7' };
      const outcome = await connection.wire.create(call, { ...CREATE, key: 'key-7', probe: true });
      expect(outcome).toMatchObject({
        type: 'ok',
        task: 't1',
        status: 'working',
        ttlMs: 60_000,
        pollMs: 500,
        shape: [],
      });
      expect(events).toEqual([
        {
          kind: 'inv',
          op: 'create',
          call: 7,
          attempt: 1,
          agent: 3,
          conn: 'a3',
          rpcId: 3,
          key: 'key-7',
          probe: true,
          intended: 5,
          bytes: expect.any(Number),
        },
        {
          kind: 'ok',
          of: 0,
          task: 't1',
          status: 'working',
          createdAt: LEGACY_TASK.createdAt,
          lastUpdatedAt: LEGACY_TASK.lastUpdatedAt,
          ttlMs: 60_000,
          pollMs: 500,
          shape: [],
        },
      ]);
      expect(context.tags.get('a3', 3)).toEqual({ op: 'create', call: 7, attempt: 1, agent: 3 });
      expect(context.tags.get('a3', 1)).toEqual({ op: 'handshake', call: null, attempt: 1, agent: 3 });
    });
  });

  it('says what it really sent, in bytes and headers', async () => {
    await withSession(async ({ connection, events, server }) => {
      await connection.wire.get(CALL, 't1');
      const heard = server.heard.at(-1);
      expect(events[0]).toMatchObject({ kind: 'inv', task: 't1', bytes: Number(heard?.headers['content-length']) });
      expect(heard?.headers).toMatchObject({
        authorization: 'Bearer a3',
        'mcp-protocol-version': '2025-11-25',
        'mcp-session-id': 's1',
      });
      expect(connection.handshake()).toMatchObject({
        era: 'legacy',
        server: { name: 'scripted', version: '1' },
        shape: [],
      });
      expect(connection.handshake().tools.get('render')?.taskSupport).toBe('optional');
    });
  });

  it('counts reads up, the auditor for itself', async () => {
    await withSession(async ({ connection, events }) => {
      await connection.wire.get(CALL, 't1');
      await connection.wire.get(CALL, 't1');
      await connection.read('get', CALL, 't1', { agent: 'auditor', as: 3 });
      expect(events.filter(({ kind }) => kind === 'inv')).toMatchObject([
        { attempt: 1, agent: 3 },
        { attempt: 2, agent: 3 },
        { attempt: 1, agent: 'auditor', as: 3 },
      ]);
    });
  });

  it('opens a lost session again and repeats the read once', async () => {
    await withSession(async ({ connection, events, server }) => {
      server.restart();
      expect(await connection.wire.get(CALL, 't1')).toMatchObject({ type: 'ok', status: 'working' });
      expect(lines(events)).toEqual(['inv get 1 #3', 'info of 0 session-lost', 'inv get 2 #6', 'ok of 2 working']);
      expect(server.methods().slice(3)).toEqual([
        'tasks/get s1',
        'initialize -',
        'notifications/initialized s2',
        'tools/list s2',
        'tasks/get s2',
      ]);
    });
  });

  it('does not repeat a create that lost its session, and greets again before the next', async () => {
    await withSession(async ({ connection, events, server }) => {
      server.restart();
      expect(await connection.wire.create(CALL, CREATE)).toMatchObject({ type: 'fail', reason: 'session-lost' });
      expect(await connection.wire.create(CALL, { ...CREATE, attempt: 2 })).toMatchObject({ type: 'ok', task: 't1' });
      expect(lines(events)).toEqual([
        'inv create 1 #3',
        'fail of 0 session-lost',
        'inv create 2 #6',
        'ok of 2 working',
      ]);
    });
  });

  it('greets once for all operations that find the session lost together', async () => {
    await withSession(async ({ connection, server }) => {
      server.restart();
      const reads = await Promise.all([1, 2, 3, 4].map(() => connection.wire.get(CALL, 't1')));
      expect(reads.map(({ type }) => type)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(server.methods().filter((line) => line === 'initialize -')).toHaveLength(2);
    });
  });

  it('gives up a read when no session can be opened, and records that nothing was sent', async () => {
    await withSession(async ({ connection, events, server }) => {
      server.restart();
      server.answer('initialize', replyError(-32603, 'starting'));
      expect(await connection.wire.get(CALL, 't1')).toMatchObject({ type: 'fail', reason: 'session-lost' });
      expect(lines(events)).toEqual([
        'inv get 1 #3',
        'info of 0 session-lost',
        'inv get 2 #unsent-3-1',
        'fail of 2 session-lost',
      ]);
      server.answer('initialize', null);
      expect(await connection.wire.get(CALL, 't1')).toMatchObject({ type: 'ok' });
    });
  });

  it('takes a 4xx after a restart for a lost session, not for a lost task', async () => {
    let boot = 1;
    await withSession(
      async ({ connection, events, server }) => {
        boot = 2;
        server.answer('tasks/get', replyError(-32602, 'Task not found', 400));
        expect(await connection.wire.get(CALL, 't1')).toMatchObject({ type: 'fail', reason: 'not-found' });
        expect(lines(events)).toEqual([
          'inv get 1 #3',
          'info of 0 session-lost',
          'inv get 2 #6',
          'fail of 2 not-found',
        ]);
      },
      { boot: () => boot },
    );
  });

  it('asks for the status before it calls an error of tasks/result a missing task', async () => {
    await withSession(async ({ connection, events, server }) => {
      server.answer('tasks/result', replyError(-32602, 'the input file was not found'));
      server.answer('tasks/get', replyResult({ ...LEGACY_TASK, status: 'failed' }));
      expect(await connection.wire.result(CALL, 't1')).toMatchObject({
        type: 'ok',
        status: 'failed',
        error: { code: -32602, message: 'the input file was not found' },
      });
      expect(lines(events)).toEqual(['inv result 1 #3', 'inv get 1 #4', 'ok of 1 failed', 'ok of 0 failed']);
      server.answer('tasks/get', replyError(-32602, 'Task not found'));
      expect(await connection.wire.result(CALL, 't2')).toMatchObject({ type: 'fail', reason: 'not-found' });
    });
  });

  it('uses the status it has seen already', async () => {
    await withSession(async ({ connection, events, server }) => {
      server.answer('tasks/get', replyResult({ ...LEGACY_TASK, status: 'completed' }));
      await connection.wire.get(CALL, 't1');
      server.answer('tasks/result', replyResult({ ...TOOL_RESULT, isError: true }));
      expect(await connection.wire.result(CALL, 't1')).toMatchObject({
        type: 'ok',
        status: 'completed',
        isError: true,
      });
      expect(lines(events)).toEqual(['inv get 1 #3', 'ok of 0 completed', 'inv result 1 #4', 'ok of 2 completed']);
    });
  });

  it('keeps only the digest of a long result, whatever the order of its keys', async () => {
    await withSession(async ({ connection, events, server }) => {
      const content = [{ type: 'text', text: 'x'.repeat(70_000) }];
      server.answer('tasks/result', replyResult({ content, structuredContent: { token: 'tok-7', b: 1 } }));
      const first = await connection.wire.result(CALL, 't1');
      server.answer('tasks/result', replyResult({ structuredContent: { b: 1, token: 'tok-7' }, content }));
      await connection.wire.result(CALL, 't1');
      expect(first).toMatchObject({ result: { content } });
      const [one, two] = events.filter((event) => event.kind === 'ok');
      expect(one).toEqual({
        kind: 'ok',
        of: 0,
        task: 't1',
        status: 'completed',
        echo: 'tok-7',
        resultSha: expect.stringMatching(/^[0-9a-f]{64}$/),
        bytes: 70_083,
        shape: [],
      });
      expect(two?.resultSha).toBe(one?.resultSha);
    });
  });

  it('records what is pushed on the stream of a request', async () => {
    await withSession(async ({ connection, events, server }) => {
      server.answer('tasks/result', ({ message }, response) => {
        const push = { jsonrpc: '2.0', method: 'notifications/tasks/status', params: LEGACY_TASK };
        const reply = { jsonrpc: '2.0', id: message.id, result: TOOL_RESULT };
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`data: ${JSON.stringify(push)}\n\ndata: ${JSON.stringify(reply)}\n\n`);
      });
      await connection.wire.result(CALL, 't1');
      expect(events.map(({ kind }) => kind)).toEqual(['inv', 'push', 'ok']);
      expect(events[1]).toMatchObject({ kind: 'push', conn: 'a3', task: 't1', status: 'working' });
    });
  });

  it('records the open exchange when the run ends, and throws; afterwards it throws at once', async () => {
    await withSession(async ({ connection, events, server, abort }) => {
      server.answer('tasks/get', () => abort());
      await expect(connection.wire.get(CALL, 't1')).rejects.toThrow('the run ended');
      expect(events).toMatchObject([
        { kind: 'inv', op: 'get' },
        { kind: 'info', of: 0, reason: 'timeout', message: 'the run ended' },
      ]);
      await expect(connection.wire.get(CALL, 't1')).rejects.toThrow('the run ended');
      expect(events).toHaveLength(2);
      server.answer('tasks/get', null);
      const signal = new AbortController().signal;
      expect(await connection.read('get', CALL, 't1', { agent: 'auditor', as: 3, signal })).toMatchObject({
        type: 'ok',
      });
    });
  });

  it('gives up after the limit that fits the operation', async () => {
    await withSession(
      async ({ connection, server }) => {
        for (const method of ['tasks/get', 'tasks/result', 'tools/call']) server.answer(method, () => undefined);
        const limit = { type: 'info', reason: 'timeout' };
        expect(await connection.wire.get(CALL, 't1')).toEqual(limit);
        expect(await connection.wire.result(CALL, 't1')).toEqual(limit);
        expect(await connection.wire.create(CALL, { ...CREATE, timeoutMs: 20 })).toEqual(limit);
      },
      { limits: { requestMs: 300, blockingMs: 400 } },
    );
  });

  it('says in one sentence why a server could not be greeted', async () => {
    await using server = await openSessionServer();
    server.answer('initialize', replyError(-32603, 'no database'));
    const { context } = createStage('tasks-2025-11-25');
    const endpoint = { kind: 'http' as const, conn: 'a1', url: server.url, headers: {} };
    await expect(openConnection({ context, agent: 1, endpoint })).rejects.toThrow(
      'initialize was answered with error -32603 "no database"',
    );
  });
});

describe('an agent of 2026-07-28 over http', () => {
  it('carries everything a request must on every request', async () => {
    const supported = { supportedVersions: ['2026-07-28'], capabilities: { extensions: {} } };
    await using stage = await openHttpStage(({ message }, response) => {
      const results: Record<string, unknown> = {
        'server/discover': { resultType: 'complete', ...supported },
        'tools/list': { resultType: 'complete', tools: [TOOL] },
        'tasks/get': { resultType: 'complete', ...MODERN_TASK, taskId: 'Aufgabe-ß' },
      };
      sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result: results[String(message.method)] });
    });
    const { context, events } = createStage('tasks-2026-07-28');
    const endpoint = { kind: 'http' as const, conn: 'a3', url: stage.url, headers: {} };
    const connection = await openConnection({ context, agent: 3, endpoint });
    expect(await connection.wire.result(CALL, 'Aufgabe-ß')).toMatchObject({ type: 'ok', shape: [] });
    await connection.close();
    expect(events[0]).toMatchObject({ kind: 'inv', op: 'get' });
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
      'io.modelcontextprotocol/clientInfo': { name: 'claimcheck', version: '0.1.0' },
    };
    expect(stage.heard.map(({ message }) => metaOf(message))).toEqual([meta, meta, meta]);
    expect(stage.heard.at(-1)?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tasks/get',
      'mcp-name': `=?base64?${Buffer.from('Aufgabe-ß').toString('base64')}?=`,
    });
  });
});
