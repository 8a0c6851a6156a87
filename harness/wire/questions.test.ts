import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../model/event.ts';
import type { DialectId } from '../model/operation.ts';
import { openConnection } from './agent-connection.ts';
import { isObject, type JsonObject, parseJson } from './json-rpc.ts';
import { createStdioHost } from './stdio-host.ts';
import { type Heard, type HttpStage, openHttpStage, sendJson } from './testing/http-stage.ts';
import { CALL, createStage, createTarget, MODERN_TASK, TOOL, TOOL_RESULT } from './testing/stage.ts';
import type { LineStream } from './wire.ts';
import type { WireTarget } from './wire-target.ts';

const ASKING = { ...CALL, tool: 'asking' };
const ANSWER = { action: 'accept', content: { approve: true, token: 'tok-7', ms: 50 } };
const QUESTION = { method: 'elicitation/create', params: { message: 'Go on?', requestedSchema: { type: 'object' } } };
const RELATED = { 'io.modelcontextprotocol/related-task': { taskId: 't1' } };
const RESULT = { ...TOOL_RESULT, _meta: RELATED };

function askingTarget(dialect: DialectId): WireTarget {
  const target = createTarget(dialect);
  const asking = { name: 'render', arguments: { ask: true }, key: null, mode: null, answer: { approve: true } };
  return { ...target, tools: new Map([...target.tools, ['asking', asking]]) };
}

/** kind, op, inputs, and how it ended. */
function told(events: readonly EventBody[]): unknown[] {
  return events.flatMap((event) => {
    if (event.kind === 'inv') return [[event.op, event.attempt, event.rpcId, event.inputs]];
    if (event.kind === 'ok') return [['ok', event.of, event.status, event.rpcIds]];
    return event.kind === 'fail' || event.kind === 'info' ? [[event.kind, event.of, event.reason]] : [];
  });
}

async function connect(server: HttpStage, dialect: DialectId, target: WireTarget = askingTarget(dialect)) {
  const stage = createStage(dialect, { target });
  const endpoint = { kind: 'http' as const, conn: 'a3', url: server.url, headers: {} };
  return { ...stage, ...(await openConnection({ context: stage.context, agent: 3, endpoint })) };
}

function paramsOf({ message }: Heard): JsonObject {
  return isObject(message.params) ? message.params : {};
}

describe('a task of 2026-07-28 that waits for input', () => {
  const asks = (inputRequests: JsonObject) => ({ ...MODERN_TASK, status: 'input_required', inputRequests });
  const open = (update: (heard: Heard, response: ServerResponse) => void) =>
    openHttpStage((heard, response) => {
      const { message } = heard;
      const say = (result: JsonObject) =>
        sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', ...result } });
      if (message.method === 'server/discover') return say(DISCOVERED);
      if (message.method === 'tools/list') return say({ tools: [TOOL], ttlMs: 0, cacheScope: 'private' });
      if (message.method === 'tasks/get') return say(asks({ b: QUESTION, a: QUESTION }));
      return update(heard, response);
    });

  it('shows its keys, and is answered key by key with what the profile says', async () => {
    await using server = await open(({ message }, response) =>
      sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete' } }),
    );
    const { wire, events, close } = await connect(server, 'tasks-2026-07-28');
    expect(wire.answersBy).toBe('update');
    const seen = await wire.get(ASKING, 't1');
    expect(seen).toMatchObject({ type: 'ok', status: 'input_required', inputs: ['a', 'b'], shape: [] });
    if (seen.type !== 'ok') throw new Error('expected the task');
    expect(seen.inputShas?.a).toBe(seen.inputShas?.b);
    const done = await wire.update(ASKING, 't1', ['a', 'b']);
    expect(done).toEqual({ type: 'ok', task: 't1', shape: [] });
    const heard = server.heard.at(-1);
    expect(heard?.headers).toMatchObject({ 'mcp-method': 'tasks/update', 'mcp-name': 't1' });
    expect(heard?.message).toMatchObject({
      method: 'tasks/update',
      params: {
        taskId: 't1',
        inputResponses: { a: ANSWER, b: ANSWER },
        _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } },
      },
    });
    expect(told(events)).toEqual([
      ['get', 1, 3, undefined],
      ['ok', 0, 'input_required', undefined],
      ['update', 1, 4, ['a', 'b']],
      ['ok', 2, undefined, undefined],
    ]);
    await close();
  });

  it('tells an answer to a task that is gone from one that nobody knows about', async () => {
    await using server = await open(({ message }, response) => {
      const error = { code: -32602, message: 'Unknown task' };
      sendJson(response, 200, { jsonrpc: '2.0', id: message.id, error });
    });
    const { wire, close } = await connect(server, 'tasks-2026-07-28');
    expect(await wire.update(ASKING, 't1', ['a'])).toMatchObject({ type: 'fail', reason: 'not-found', answered: true });
    await close();
  });

  it('declares nothing, and answers nothing, where the profile has no answer', async () => {
    await using server = await open((_heard, response) => response.destroy());
    const { wire, close } = await connect(server, 'tasks-2026-07-28', createTarget('tasks-2026-07-28'));
    expect(wire.answersBy).toBeNull();
    await wire.get(CALL, 't1');
    const meta = server.heard.map((heard) => paramsOf(heard)._meta);
    expect(meta.some((one) => JSON.stringify(one).includes('elicitation'))).toBe(false);
    await close();
  });
});

describe('a call that asks before it becomes a task', () => {
  const REQUEST_STATE = 'é/=+ "\\u0000 opaque';
  /** Asks `rounds` times, each with a state of its own, then takes the call on. */
  const open = (rounds: number) => {
    let asked = 0;
    return openHttpStage(({ message }, response) => {
      const say = (result: JsonObject) => sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result });
      if (message.method === 'server/discover') return say({ resultType: 'complete', ...DISCOVERED });
      if (message.method === 'tools/list') {
        return say({ resultType: 'complete', tools: [TOOL], ttlMs: 0, cacheScope: 'private' });
      }
      asked += 1;
      if (asked > rounds) return say({ resultType: 'task', ...MODERN_TASK });
      const state = asked === 1 ? { requestState: REQUEST_STATE } : {};
      return say({ resultType: 'input_required', inputRequests: { [`q${asked}`]: QUESTION }, ...state });
    });
  };
  const CREATE = { attempt: 1, key: null, intended: 5 };

  it('is sent again in the same operation, with a new id, the answers and the state of the last round', async () => {
    await using server = await open(2);
    const { wire, events, context, close } = await connect(server, 'tasks-2026-07-28');
    const outcome = await wire.create(ASKING, CREATE);
    expect(outcome).toMatchObject({ type: 'ok', task: 't1', status: 'working', rpcIds: [4, 5], shape: [] });
    const calls = server.heard.filter(({ message }) => message.method === 'tools/call');
    expect(calls.map(({ message }) => message.id)).toEqual([3, 4, 5]);
    const [first, second, third] = calls.map(paramsOf);
    expect(second).toEqual({ ...first, inputResponses: { q1: ANSWER }, requestState: REQUEST_STATE });
    expect(third).toEqual({ ...first, inputResponses: { q2: ANSWER } });
    expect(told(events)).toEqual([
      ['create', 1, 3, undefined],
      ['ok', 0, 'working', [4, 5]],
    ]);
    expect(context.tags.get('a3', 5)).toEqual({ op: 'create', call: 7, attempt: 1, agent: 3 });
    await close();
  });

  it('is given up after five rounds', async () => {
    await using server = await open(99);
    const { wire, close } = await connect(server, 'tasks-2026-07-28');
    expect(await wire.create(ASKING, CREATE)).toMatchObject({
      type: 'info',
      reason: 'garbled',
      message: 'the call asks for input before it becomes a task, and again after it was answered',
      rpcIds: [4, 5, 6, 7, 8],
    });
    expect(server.heard.filter(({ message }) => message.method === 'tools/call')).toHaveLength(6);
    await close();
  });
});

describe('a question on the stream of tasks/result, over http', () => {
  interface Asker extends HttpStage {
    /** Answers to our question, as they came in. */
    readonly answers: Heard[];
  }
  /** Asks on the stream of each tasks/result; `onAnswer` says what becomes of the first POSTs that answer. */
  const open = async (question: JsonObject, onAnswer: ((response: ServerResponse) => void)[] = []): Promise<Asker> => {
    const answers: Heard[] = [];
    let waiting: { readonly id: unknown; readonly response: ServerResponse } | null = null;
    const stage = await openHttpStage((heard, response) => {
      const { message } = heard;
      const say = (result: JsonObject) =>
        sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': 's1' });
      if (message.method === 'initialize') return say(INITIALIZED);
      if (message.method === 'tools/list') return say({ tools: [TOOL] });
      if (message.method === 'tasks/result') {
        waiting = { id: message.id, response };
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, ...question })}\n\n`);
        return;
      }
      if (message.method !== undefined) return response.writeHead(202).end();
      answers.push(heard);
      const fate = onAnswer.shift();
      if (fate !== undefined) return fate(response);
      response.writeHead(202).end();
      waiting?.response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: waiting.id, result: RESULT })}\n\n`);
    });
    return { ...stage, answers, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  };
  const question = { ...QUESTION, params: { ...QUESTION.params, _meta: RELATED } };

  it('is answered by a POST of its own in the same session, and the fetch goes on to the result', async () => {
    await using server = await open(question);
    const { wire, events, context, close } = await connect(server, 'tasks-2025-11-25');
    expect(server.heard[0]?.message).toMatchObject({ params: { capabilities: { elicitation: { form: {} } } } });
    expect(await wire.result(ASKING, 't1')).toMatchObject({ type: 'ok', status: 'completed', shape: [] });
    expect(server.answers.map(({ message }) => message)).toEqual([{ jsonrpc: '2.0', id: 1, result: ANSWER }]);
    expect(server.answers[0]?.headers).toMatchObject({ 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25' });
    expect(told(events)).toEqual([
      ['result', 1, 3, undefined],
      ['update', 1, 'answer:1', undefined],
      ['ok', 1, undefined, undefined],
      ['ok', 0, 'completed', undefined],
    ]);
    // The server counts by itself: its request 1 is not our initialize.
    expect(context.tags.get('a3', 1)?.op).toBe('handshake');
    expect(context.tags.get('a3', 'answer:1')).toEqual({ op: 'update', call: 7, attempt: 1, agent: 3 });
    await close();
  });

  it('is answered again when nobody knows whether the answer arrived', async () => {
    await using server = await open(question, [(response) => response.destroy()]);
    const { wire, events, close } = await connect(server, 'tasks-2025-11-25');
    expect(await wire.result(ASKING, 't1')).toMatchObject({ type: 'ok', status: 'completed' });
    expect(server.answers).toHaveLength(2);
    expect(told(events).slice(1, 5)).toEqual([
      ['update', 1, 'answer:1', undefined],
      ['info', 1, expect.stringMatching(/eof|reset/)],
      ['update', 2, 'answer:1', undefined],
      ['ok', 3, undefined, undefined],
    ]);
    await close();
  });

  it('is answered and reported when it does not say which task it is about', async () => {
    await using server = await open(QUESTION);
    const { wire, close } = await connect(server, 'tasks-2025-11-25');
    expect(await wire.result(ASKING, 't1')).toMatchObject({
      type: 'ok',
      shape: ['elicitation/create came without related-task in its _meta (requirements 2025-30, 2025-35)'],
    });
    await close();
  });

  it('is left alone by the auditor', async () => {
    await using server = await open(question);
    const stage = createStage('tasks-2025-11-25', {
      target: askingTarget('tasks-2025-11-25'),
      limits: { requestMs: 150, blockingMs: 150 },
    });
    const endpoint = { kind: 'http' as const, conn: 'a3', url: server.url, headers: {} };
    const connection = await openConnection({ context: stage.context, agent: 3, endpoint });
    const outcome = await connection.read('result', ASKING, 't1', { agent: 'auditor', as: 3 });
    expect(outcome).toMatchObject({ type: 'info', reason: 'timeout' });
    expect(server.answers).toEqual([]);
    await connection.close();
  });
});

describe('a question over stdio', () => {
  /** A server on a pipe that holds every tasks/result; the test says what it sends. */
  const open = async () => {
    const heard: JsonObject[] = [];
    let onLine = (_line: string) => {};
    const say = (value: unknown) => queueMicrotask(() => onLine(JSON.stringify(value)));
    const results: Record<string, unknown> = { initialize: INITIALIZED, 'tools/list': { tools: [TOOL] } };
    const stream: LineStream = {
      send(line) {
        const message = parseJson(line);
        if (!isObject(message)) return false;
        heard.push(message);
        const result = results[String(message.method)];
        if (result !== undefined) say({ jsonrpc: '2.0', id: message.id, result });
        return true;
      },
      onLine: (listener) => {
        onLine = listener;
      },
      onClose: () => {},
    };
    const stage = createStage('tasks-2025-11-25', { target: askingTarget('tasks-2025-11-25') });
    const host = createStdioHost(stage.context);
    await host.attach('stdio-b1', stream);
    const { wire } = await openConnection({ context: stage.context, agent: 3, endpoint: { kind: 'stdio', host } });
    const ask = (id: number, task: string | null) => {
      const _meta = task === null ? {} : { 'io.modelcontextprotocol/related-task': { taskId: task } };
      say({ jsonrpc: '2.0', id, ...QUESTION, params: { ...QUESTION.params, _meta } });
    };
    const finish = () => {
      for (const { id, method } of heard) if (method === 'tasks/result') say({ jsonrpc: '2.0', id, result: RESULT });
    };
    const answers = () => heard.filter(({ method }) => method === undefined);
    return { ...stage, wire, ask, finish, answers };
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('goes to the fetch of the task that it names', async () => {
    const { wire, events, ask, finish, answers } = await open();
    const fetches = [wire.result({ ...ASKING, call: 1 }, 't0'), wire.result(ASKING, 't1')];
    await settle();
    ask(70, 't1');
    await settle();
    finish();
    expect(await Promise.all(fetches)).toMatchObject([{ shape: [] }, { shape: [] }]);
    expect(answers()).toEqual([{ jsonrpc: '2.0', id: 70, result: ANSWER }]);
    expect(events.filter((event) => event.kind === 'inv' && event.op === 'update')).toMatchObject([
      { call: 7, task: 't1', conn: 'stdio-b1', rpcId: 'answer:70' },
    ]);
  });

  it('goes to the oldest open fetch when it names none, which is reported there', async () => {
    const { wire, ask, finish } = await open();
    const fetches = [wire.result({ ...ASKING, call: 1 }, 't0'), wire.result(ASKING, 't1')];
    await settle();
    ask(70, null);
    await settle();
    finish();
    const [first, second] = await Promise.all(fetches);
    expect(first?.shape).toHaveLength(1);
    expect(second?.shape).toEqual([]);
  });

  it('goes to fetches of calls that ask, each in its turn, and is answered although they end', async () => {
    const { wire, events, ask, finish, answers } = await open();
    const thinking = { ...ASKING, answerAfterMs: 60_000 };
    const calls = [
      { ...CALL, call: 1 },
      { ...thinking, call: 2 },
      { ...thinking, call: 3 },
    ];
    const fetches = calls.map((call) => wire.result(call, `t${call.call}`));
    await settle();
    for (const id of [70, 71, 72]) ask(id, null);
    finish();
    await Promise.all(fetches);
    expect(answers().map(({ id }) => id)).toEqual([70, 71, 72]);
    const updates = events.flatMap((event) => (event.kind === 'inv' && event.op === 'update' ? [event.call] : []));
    expect(updates).toEqual([2, 3, 1]);
  });

  it('is dismissed when nothing is open that it could be about', async () => {
    const { ask, answers } = await open();
    ask(70, 't9');
    await settle();
    expect(answers()).toEqual([{ jsonrpc: '2.0', id: 70, result: { action: 'cancel' } }]);
  });
});

describe('a blocking call that asks', () => {
  it('is answered on its own stream and records whose answer it was', async () => {
    let call: { readonly id: unknown; readonly response: ServerResponse } | null = null;
    await using server = await openHttpStage(({ message }, response) => {
      const say = (result: JsonObject) => sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result });
      if (message.method === 'initialize') return say(INITIALIZED);
      if (message.method === 'tools/list') return say({ tools: [TOOL] });
      if (message.method === 'tools/call') {
        call = { id: message.id, response };
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 'q', ...QUESTION })}\n\n`);
        return;
      }
      response.writeHead(202).end();
      if (message.method === undefined) {
        call?.response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: call.id, result: TOOL_RESULT })}\n\n`);
      }
    });
    const { wire, events, close } = await connect(server, 'blocking');
    const outcome = await wire.create(ASKING, { attempt: 1, key: null, intended: 0 });
    expect(outcome).toMatchObject({ type: 'ok', status: 'completed', shape: [] });
    expect(told(events)).toEqual([
      ['create', 1, 3, undefined],
      ['update', 1, 'answer:"q"', undefined],
      ['ok', 1, undefined, undefined],
      ['ok', 0, 'completed', undefined],
    ]);
    await close();
  });
});

const INITIALIZED = {
  protocolVersion: '2025-11-25',
  capabilities: { tasks: { requests: { tools: { call: {} } } } },
  serverInfo: { name: 's', version: '1' },
};

const DISCOVERED = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } },
  ttlMs: 0,
  cacheScope: 'private',
};
