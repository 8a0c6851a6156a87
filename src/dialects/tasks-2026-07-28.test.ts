// Each test is named by the requirement it shows, numbered as in this project's list of the revision's requirements.
import { CallToolResultSchema, DiscoverResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/core';
import {
  CancelTaskResultV2Schema,
  CreateTaskResultV2Schema,
  GetTaskResultV2Schema,
  hasTaskServerCapabilityV2,
  TaskStatusNotificationV2Schema,
  UpdateTaskResultV2Schema,
} from '@modelcontextprotocol/ext-tasks/core/v2';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RequestContext } from './dialect.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import * as tasks20260728 from './tasks-2026-07-28.ts';
import { createDialectKit, type DialectKit, SERVER_INFO } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const EXTENSION = 'io.modelcontextprotocol/tasks';
const PLAIN = { [VERSION]: '2026-07-28', [CAPABILITIES]: {} };
const TASKS = { [VERSION]: '2026-07-28', [CAPABILITIES]: { extensions: { [EXTENSION]: {} } } };
const ASKABLE = { ...TASKS, [CAPABILITIES]: { ...TASKS[CAPABILITIES], elicitation: {} } };
const APPROVED = { action: 'accept', content: { approve: true } };
const QUESTION = { method: 'elicitation/create', params: { mode: 'form', requestedSchema: { type: 'object' } } };
const MISSING = { code: -32021, data: { requiredCapabilities: { extensions: { [EXTENSION]: {} } } }, httpStatus: 400 };

const createFace = (options: Parameters<typeof createDialectKit>[1] = {}) => createDialectKit(tasks20260728, options);

const effect = (token: string, more: JsonObject = {}, _meta: JsonObject = TASKS): JsonObject => ({
  name: 'effect',
  arguments: { token, ms: 600, mode: 'repeatable', ...more },
  _meta,
});

const of = (taskId: unknown, more: JsonObject = {}): JsonObject => ({ taskId, ...more, _meta: TASKS });

async function start(face: DialectKit, params: JsonObject, context: Partial<RequestContext> = {}) {
  return CreateTaskResultV2Schema.parse(await face.ask('tools/call', params, context));
}

async function look(face: DialectKit, taskId: string) {
  return GetTaskResultV2Schema.parse(await face.ask('tasks/get', of(taskId)));
}

const REQUESTS: readonly (readonly [string, JsonObject])[] = [
  ['server/discover', {}],
  ['tools/list', {}],
  ['tools/call', { name: 'effect', arguments: { token: 'x', ms: 0 } }],
  ['tasks/get', { taskId: 'x' }],
  ['tasks/update', { taskId: 'x', inputResponses: {} }],
  ['tasks/cancel', { taskId: 'x' }],
  ['subscriptions/listen', { notifications: {} }],
];

describe('envelope', () => {
  test.each(REQUESTS)('%s without the required _meta is -32602, with HTTP 400', async (method, params) => {
    await using face = await createFace();
    const wanting: readonly JsonObject[] = [
      params,
      { ...params, _meta: {} },
      { ...params, _meta: { [VERSION]: '2026-07-28' } },
      { ...params, _meta: { [CAPABILITIES]: {} } },
      { ...params, _meta: { [VERSION]: 20260728, [CAPABILITIES]: {} } },
    ];
    for (const asked of wanting) {
      expect(await face.refusal(method, asked), JSON.stringify(asked)).toMatchObject({ code: -32602, httpStatus: 400 });
    }
    expect(face.parts.effects.begun).toEqual([]);
  });

  test.each(REQUESTS)('%s in another revision is -32022 and names what is supported', async (method, params) => {
    await using face = await createFace();
    const _meta = { ...PLAIN, [VERSION]: '2025-11-25' };
    expect(await face.refusal(method, { ...params, _meta })).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2025-11-25' },
      httpStatus: 400,
    });
  });

  test.each(['initialize', 'tasks/result', 'tasks/list', 'ping', 'resources/subscribe', 'nothing'])(
    '2026-12: %s is -32601, with HTTP 404',
    async (method) => {
      await using face = await createFace();
      expect(await face.refusal(method, of('x'))).toMatchObject({ code: -32601, httpStatus: 404 });
    },
  );

  test('every result says its type and which server made it', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const plain = face.ask('tools/call', effect('b', {}, PLAIN));
    await vi.advanceTimersByTimeAsync(700);
    const answers = [
      await plain,
      await face.ask('server/discover', { _meta: PLAIN }),
      await face.ask('tools/list', { _meta: PLAIN }),
      await face.ask('tasks/get', of(taskId)),
      await face.ask('tasks/update', of(taskId, { inputResponses: {} })),
      await face.ask('tasks/cancel', of(taskId)),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        resultType: 'complete',
        _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
      });
    }
  });
});

describe('discovery and tools', () => {
  test('2026-01: the extension is advertised, the older capability is not', async () => {
    await using face = await createFace();
    const answer = DiscoverResultSchema.parse(await face.ask('server/discover', { _meta: PLAIN }));
    expect(answer.supportedVersions).toEqual(['2026-07-28']);
    expect(answer.capabilities).toEqual({ tools: {}, extensions: { [EXTENSION]: {} } });
    expect(hasTaskServerCapabilityV2(answer.capabilities)).toBe(true);
    expect(answer).toMatchObject({ ttlMs: expect.any(Number), cacheScope: 'public' });
  });

  test('tools say nothing about tasks: the server decides', async () => {
    await using face = await createFace();
    const { tools } = ListToolsResultSchema.parse(await face.ask('tools/list', { _meta: PLAIN }));
    expect(tools).toHaveLength(7);
    expect(tools.every((tool) => tool.execution === undefined)).toBe(true);
  });
});

describe('who gets a task', () => {
  test('2026-02: a request that does not declare the extension gets the result itself, whatever came before', async () => {
    await using face = await createFace();
    const session = { id: 's' };
    await face.ask('tools/call', effect('first'), { session });
    const call = face.ask('tools/call', effect('a', {}, PLAIN), { session });
    await vi.advanceTimersByTimeAsync(700);
    const result = await call;
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { token: 'a' } });
    expect(result).not.toHaveProperty('taskId');
    expect(CallToolResultSchema.safeParse(result).success).toBe(true);
  });

  test.each([
    ['the capability of 2025-11-25', { tasks: { requests: { tools: { call: {} } } } }],
    ['an extension that is no object', { extensions: { [EXTENSION]: true } }],
    ['extensions that are no object', { extensions: [EXTENSION] }],
  ])('2026-08: %s declares nothing', async (_, capabilities) => {
    await using face = await createFace();
    const _meta = { ...PLAIN, [CAPABILITIES]: capabilities };
    const call = face.ask('tools/call', effect('a', {}, _meta));
    await vi.advanceTimersByTimeAsync(700);
    expect(await call).toMatchObject({ resultType: 'complete', structuredContent: { token: 'a' } });
    expect(await face.refusal('tasks/get', { taskId: 'x', _meta })).toMatchObject(MISSING);
  });

  test('2026-08: the task parameter of 2025-11-25 is ignored', async () => {
    await using face = await createFace();
    const call = face.ask('tools/call', { ...effect('a', {}, PLAIN), task: { ttl: 'abc' } });
    await vi.advanceTimersByTimeAsync(700);
    expect(await call).toMatchObject({ resultType: 'complete', structuredContent: { token: 'a' } });
    expect((await start(face, { ...effect('b'), task: { ttl: 5_000 } })).ttlMs).toBe(86_400_000);
  });

  test('2026-03: a tool that cannot do without a task is -32021 and names the capability; its work does not run', async () => {
    await using face = await createFace({ taskSupport: () => 'required' });
    expect(await face.refusal('tools/call', effect('a', {}, PLAIN))).toMatchObject(MISSING);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(face.parts.effects.begun).toEqual([]);
    expect(await start(face, effect('a'))).toMatchObject({ status: 'working' });
  });

  test('a tool that may not become a task answers itself, whoever asks', async () => {
    await using face = await createFace({ taskSupport: () => 'forbidden' });
    const call = face.ask('tools/call', effect('a'));
    await vi.advanceTimersByTimeAsync(700);
    expect(await call).toMatchObject({ resultType: 'complete', structuredContent: { token: 'a' } });
  });

  test.each(['tasks/get', 'tasks/update', 'tasks/cancel'])(
    '2026-04: %s without the extension is -32021',
    async (method) => {
      await using face = await createFace();
      const { taskId } = await start(face, effect('a'));
      expect(await face.refusal(method, { taskId, inputResponses: {}, _meta: PLAIN })).toMatchObject(MISSING);
      await vi.advanceTimersByTimeAsync(700);
      expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
    },
  );

  test('2026-05: listening to tasks without the extension is -32021', async () => {
    await using face = await createFace();
    const params = { notifications: { taskIds: ['x'] }, _meta: PLAIN };
    expect(await face.refusal('subscriptions/listen', params)).toMatchObject(MISSING);
  });
});

describe('creation', () => {
  test('2026-09, 2026-11: the receipt is flat, says task, and uses no key of the older dialect', async () => {
    await using face = await createFace();
    const answer = await face.ask('tools/call', effect('a'));
    expect(CreateTaskResultV2Schema.parse(answer)).toMatchObject({
      resultType: 'task',
      status: 'working',
      ttlMs: 86_400_000,
    });
    expect(Number.isSafeInteger(answer.pollIntervalMs)).toBe(true);
    for (const key of ['ttl', 'pollInterval', 'task', 'result', 'content']) expect(answer).not.toHaveProperty(key);
  });

  test('2026-13: the task can be read at once, from anywhere', async () => {
    await using face = await createFace();
    for (let index = 0; index < 20; index++) {
      const { taskId } = await start(face, effect(`t${index}`));
      expect(await look(face, taskId)).toMatchObject({ taskId, status: 'working' });
      const elsewhere = { transport: 'http', session: { id: `other-${index}` } } as const;
      expect(await face.ask('tasks/get', of(taskId), elsewhere)).toMatchObject({ taskId });
    }
  });

  test('2026-46: ids are unique and long enough that nobody guesses one', async () => {
    await using face = await createFace();
    const ids = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => (await start(face, effect(`t${index}`))).taskId),
    );
    expect(new Set(ids).size).toBe(200);
    expect(Math.min(...ids.map((id) => id.length))).toBeGreaterThanOrEqual(22);
  });

  test('one key is one task, also in twenty calls at once; with other arguments it is -32602', async () => {
    await using face = await createFace();
    const keyed = () => start(face, effect('a', { idempotency_key: 'k1' }));
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await keyed()).taskId));
    expect(new Set(ids).size).toBe(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(face.parts.effects.committed).toEqual(['a']);
    expect(await keyed()).toMatchObject({ taskId: ids[0], status: 'completed' });
    const refusal = await face.refusal('tools/call', effect('b', { idempotency_key: 'k1' }));
    expect(refusal).toMatchObject({ code: -32602, message: expect.stringContaining("'k1'") });
  });

  test('a full and a stopping server refuse, and say which', async () => {
    await using face = await createFace({ concurrency: 1, waitingMax: 1 });
    await start(face, effect('a'));
    await start(face, effect('b'));
    expect(await face.refusal('tools/call', effect('c'))).toMatchObject({
      code: -32000,
      data: { reason: 'full' },
      httpStatus: 429,
    });
    const drained = face.parts.engine.drain(0);
    expect(await face.refusal('tools/call', effect('d'))).toMatchObject({ code: -32000, data: { reason: 'draining' } });
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
  });

  test.each([
    ['no name', { arguments: {} }],
    ['an unknown tool', { name: 'nothing' }],
    ['arguments that are no object', { name: 'effect', arguments: 'a' }],
    ['an argument of the wrong type', { name: 'effect', arguments: { token: 'a', ms: 'long' } }],
  ])('%s is -32602 and starts nothing', async (_, params) => {
    await using face = await createFace();
    expect(await face.refusal('tools/call', { ...params, _meta: TASKS })).toMatchObject({ code: -32602 });
    expect(face.parts.effects.begun).toEqual([]);
  });
});

describe('tasks/get', () => {
  test('2026-10, 2026-15, 2026-17: status while working, the whole result once completed', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const plain = face.ask('tools/call', effect('a', {}, PLAIN));
    await vi.advanceTimersByTimeAsync(300);
    const working = await face.ask('tasks/get', of(taskId));
    expect(working).toMatchObject({ resultType: 'complete', status: 'working' });
    for (const key of ['result', 'error', 'inputRequests']) expect(working).not.toHaveProperty(key);
    await vi.advanceTimersByTimeAsync(400);
    const done = await look(face, taskId);
    const { _meta: _, ...own } = await plain;
    expect(done).toMatchObject({ status: 'completed', result: own });
  });

  test('2026-18: a cancelled task has a status and nothing more', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await face.ask('tasks/cancel', of(taskId));
    const answer = await face.ask('tasks/get', of(taskId));
    expect(answer.status).toBe('cancelled');
    for (const key of ['result', 'error', 'inputRequests']) expect(answer).not.toHaveProperty(key);
  });

  test('2026-19, 2026-23, 2026-25: failed is for JSON-RPC errors, carries the error and a message', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a', { mode: 'throw' }));
    const plain = face.refusal('tools/call', effect('a', { mode: 'throw' }, PLAIN));
    await vi.advanceTimersByTimeAsync(700);
    const answer = await look(face, taskId);
    expect(answer).toMatchObject({ status: 'failed', error: await plain, statusMessage: expect.stringMatching(/\w/) });
    expect(answer).not.toHaveProperty('result');
  });

  test('2026-24: a tool that reports an error is completed, with that result', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a', { mode: 'error' }));
    await vi.advanceTimersByTimeAsync(700);
    const answer = await look(face, taskId);
    expect(answer).toMatchObject({ status: 'completed', result: { isError: true, resultType: 'complete' } });
    expect(answer).not.toHaveProperty('error');
  });

  test('work that takes too long is failed, with an error', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a', { ms: 60_000, max_wait_seconds: 1 }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await look(face, taskId)).toMatchObject({ status: 'failed', error: { code: -32603 } });
  });

  test.each(['tasks/get', 'tasks/update', 'tasks/cancel'])(
    '2026-20, 2026-29, 2026-35: %s of an unknown task id is -32602',
    async (method) => {
      await using face = await createFace();
      expect(await face.refusal(method, of('no-such-id', { inputResponses: {} }))).toEqual({
        code: -32602,
        message: 'Task not found: no-such-id',
      });
      for (const wrong of [undefined, 7, null]) {
        expect(await face.refusal(method, of(wrong, { inputResponses: {} }))).toMatchObject({ code: -32602 });
      }
    },
  );

  test('2026-21, 2026-22: reading changes nothing, and a terminal task never changes', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    expect(await look(face, taskId)).toEqual(await look(face, taskId));
    await vi.advanceTimersByTimeAsync(700);
    const done = await look(face, taskId);
    await face.ask('tasks/cancel', of(taskId));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await look(face, taskId)).toEqual(done);
  });

  test('2026-39: a task is kept at least as long as it says', async () => {
    const ttl = { defaultMs: 5_000, minMs: 1_000, maxMs: 10_000 };
    await using face = await createFace({ limits: { ttl } });
    const { taskId, ttlMs } = await start(face, effect('a'));
    expect(ttlMs).toBe(5_000);
    await vi.advanceTimersByTimeAsync(4_990);
    expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
    await vi.advanceTimersByTimeAsync(500);
    expect(await face.refusal('tasks/get', of(taskId))).toMatchObject({ code: -32602 });
  });
});

describe('update and cancel', () => {
  test('2026-28, 2026-30: update of a known task is acknowledged with nothing in it, unknown keys are ignored', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const params = of(taskId, { inputResponses: { nobody: { action: 'accept', content: {} } } });
    const answer = await face.ask('tasks/update', params);
    expect(UpdateTaskResultV2Schema.safeParse(answer).success).toBe(true);
    expect(Object.keys(answer).sort()).toEqual(['_meta', 'resultType']);
    await vi.advanceTimersByTimeAsync(700);
    expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
  });

  test('2026-16: a task that needs input shows all its questions; 2026-28: the update is acknowledged empty, and the work goes on', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('t', { ask: true }, ASKABLE));
    await vi.advanceTimersByTimeAsync(5);
    expect(await look(face, taskId)).toMatchObject({ status: 'input_required', inputRequests: { approval: QUESTION } });
    const inputResponses = { approval: APPROVED, nonsense: 7, constructor: APPROVED };
    const ack = await face.ask('tasks/update', of(taskId, { inputResponses }));
    expect(UpdateTaskResultV2Schema.parse(ack)).toBeDefined();
    expect(Object.keys(ack).sort()).toEqual(['_meta', 'resultType']);
    expect((await look(face, taskId)).status).toBe('working');
    await vi.advanceTimersByTimeAsync(700);
    expect(await look(face, taskId)).toMatchObject({
      status: 'completed',
      result: { structuredContent: { token: 't' } },
    });
    const late = { approval: { action: 'decline' } };
    expect(await face.ask('tasks/update', of(taskId, { inputResponses: late }))).toEqual(ack);
    expect((await look(face, taskId)).status).toBe('completed');
  });

  test('2026-24: a declined question ends the task as completed, with isError', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('t', { ask: true }, ASKABLE));
    await vi.advanceTimersByTimeAsync(5);
    await face.ask('tasks/update', of(taskId, { inputResponses: { approval: { action: 'decline' } } }));
    await vi.advanceTimersByTimeAsync(5);
    expect(await look(face, taskId)).toMatchObject({ status: 'completed', result: { isError: true } });
    expect(face.parts.effects.begun).toEqual([]);
  });

  test.each([
    ['yes', /params\.inputResponses\.approval/],
    [{ action: 'perhaps' }, /params\.inputResponses\.approval\.action/],
    [{ action: 'accept', content: { approve: {} } }, /params\.inputResponses\.approval\.content/],
  ])('an answer that is none (%j) is -32602, and the question stays', async (answer, message) => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('t', { ask: true }, ASKABLE));
    await vi.advanceTimersByTimeAsync(5);
    const refusal = await face.refusal('tasks/update', of(taskId, { inputResponses: { approval: answer } }));
    expect(refusal).toEqual({ code: -32602, message: expect.stringMatching(message) });
    expect((await look(face, taskId)).status).toBe('input_required');
  });

  test('a client that did not declare elicitation on the call is refused at once: -32021, naming it, and nothing is started', async () => {
    await using face = await createFace();
    for (const elicitation of [undefined, { url: {} }, 'form']) {
      const capabilities = { ...TASKS[CAPABILITIES], ...(elicitation !== undefined && { elicitation }) };
      const _meta = { ...TASKS, [CAPABILITIES]: capabilities };
      expect(await face.refusal('tools/call', effect('t', { ask: true }, _meta))).toMatchObject({
        ...{ code: -32021, httpStatus: 400, data: { requiredCapabilities: { elicitation: { form: {} } } } },
      });
    }
    expect(face.parts.events).toEqual([]);
  });

  test('2026-42: a listener hears of the question, and of the work going on', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('t', { ask: true }, ASKABLE));
    const listening = face.begin('subscriptions/listen', { notifications: { taskIds: [taskId] }, _meta: TASKS });
    await vi.advanceTimersByTimeAsync(5);
    await face.ask('tasks/update', of(taskId, { inputResponses: { approval: APPROVED } }));
    await vi.advanceTimersByTimeAsync(700);
    const told = listening.notifications.filter(({ method }) => method === 'notifications/tasks');
    const states = told.map((notification) => TaskStatusNotificationV2Schema.parse(notification).params);
    expect(new Set(states.map(({ status }) => status))).toEqual(new Set(['working', 'input_required', 'completed']));
    expect(states.find(({ status }) => status === 'input_required')).toMatchObject({
      inputRequests: { approval: QUESTION },
    });
  });

  test('update without inputResponses is -32602', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    expect(await face.refusal('tasks/update', of(taskId))).toMatchObject({ code: -32602 });
  });

  test('2026-34: cancel is acknowledged with nothing in it, stops the work, and may be repeated', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(100);
    for (const _ of [1, 2]) {
      const answer = await face.ask('tasks/cancel', of(taskId));
      expect(CancelTaskResultV2Schema.safeParse(answer).success).toBe(true);
      expect(Object.keys(answer).sort()).toEqual(['_meta', 'resultType']);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(face.parts.effects.committed).toEqual([]);
    expect(await look(face, taskId)).toMatchObject({ status: 'cancelled' });
  });

  test('cancel of a task that is done is acknowledged too, and changes nothing', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(700);
    expect(await face.ask('tasks/cancel', of(taskId))).toMatchObject({ resultType: 'complete' });
    expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
  });

  test.each(['tasks/get', 'tasks/update', 'tasks/cancel'])(
    '2026-47: %s of somebody else is as unknown as none',
    async (method) => {
      await using face = await createFace();
      const { taskId } = await start(face, effect('a'));
      const refusal = await face.refusal(method, of(taskId, { inputResponses: {} }), { principal: 'mallory' });
      expect(refusal).toEqual({ code: -32602, message: `Task not found: ${taskId}` });
      await vi.advanceTimersByTimeAsync(700);
      expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
    },
  );
});

describe('a caller who goes away', () => {
  test('a cancelled call that waits stops waiting and stops its work; with a key the work goes on', async () => {
    await using face = await createFace();
    const plain = face.begin('tools/call', effect('plain', {}, PLAIN));
    const keyed = face.begin('tools/call', effect('keyed', { idempotency_key: 'k' }, PLAIN));
    await vi.advanceTimersByTimeAsync(100);
    plain.abandon('cancelled');
    keyed.abandon('cancelled');
    expect([await plain.answer, await keyed.answer]).toEqual([undefined, undefined]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(face.parts.effects.committed).toEqual(['keyed']);
  });

  test('2026-36: a create whose request is cancelled once it is durable leaves its task alone', async () => {
    await using face = await createFace();
    const call = face.begin('tools/call', effect('a'));
    await call.answer;
    call.abandon('cancelled');
    await vi.advanceTimersByTimeAsync(700);
    expect(face.parts.effects.committed).toEqual(['a']);
  });
});

describe('subscriptions', () => {
  const told = (notifications: readonly { readonly method: string; readonly params?: JsonObject }[]) =>
    notifications.map(({ method, params }) => ({ method, params: params ?? {} }));

  test('2026-40, 2026-41: acknowledged first and with the granted ids, every message carries the subscription', async () => {
    await using face = await createFace();
    const mine = await start(face, effect('a'));
    const theirs = await start(face, effect('b'), { principal: 'bob' });
    const taskIds = [mine.taskId, theirs.taskId, 'no-such-id'];
    const stream = face.begin('subscriptions/listen', { notifications: { taskIds }, _meta: TASKS });
    await vi.advanceTimersByTimeAsync(700);
    const [first, ...rest] = told(stream.notifications);
    expect(first?.method).toBe('notifications/subscriptions/acknowledged');
    expect(first?.params.notifications).toEqual({ taskIds: [mine.taskId] });
    expect(rest.map(({ method }) => method)).toEqual(rest.map(() => 'notifications/tasks'));
    expect(new Set(rest.map(({ params }) => params.taskId))).toEqual(new Set([mine.taskId]));
    const id = isObject(first?.params._meta) ? first.params._meta[SUBSCRIPTION] : undefined;
    expect(id).toBeDefined();
    for (const { params } of rest) expect(params._meta).toEqual({ [SUBSCRIPTION]: id });
  });

  test('2026-42: each notification says what tasks/get says at that moment', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const gets: JsonObject[] = [];
    const pushed: JsonObject[] = [];
    const stream = face.begin(
      'subscriptions/listen',
      { notifications: { taskIds: [taskId] }, _meta: TASKS },
      {
        notify: (notification) => {
          if (notification.method !== 'notifications/tasks') return;
          expect(TaskStatusNotificationV2Schema.safeParse(notification).success).toBe(true);
          const { _meta: _, ...task } = notification.params ?? {};
          pushed.push(task);
        },
      },
    );
    for (let step = 0; step < 70; step++) {
      await vi.advanceTimersByTimeAsync(10);
      const { _meta: _, resultType: __, ...task } = await face.ask('tasks/get', of(taskId));
      gets.push(task);
    }
    expect(pushed.at(-1)).toMatchObject({ status: 'completed', result: { structuredContent: { token: 'a' } } });
    for (const task of pushed.slice(1)) expect(gets).toContainEqual(task);
    expect(await stream.answer).toMatchObject({ result: { resultType: 'complete' } });
  });

  test('2026-43: no progress is told on the stream', async () => {
    await using face = await createFace();
    const report = { name: 'generate_report', arguments: { token: 'p', ms: 600, topic: 'tides' } };
    const { taskId } = await start(face, { ...report, _meta: { ...TASKS, progressToken: 'tok' } });
    const _meta = { ...TASKS, progressToken: 'tok' };
    const stream = face.begin('subscriptions/listen', { notifications: { taskIds: [taskId] }, _meta });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stream.notifications.length).toBeGreaterThan(2);
    expect(stream.notifications.filter(({ method }) => method === 'notifications/progress')).toEqual([]);
  });

  test('a task that ended before the subscription is told at once; when all have ended the stream does', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(700);
    const stream = face.begin('subscriptions/listen', { notifications: { taskIds: [taskId] }, _meta: TASKS });
    expect(await stream.answer).toMatchObject({
      result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: expect.any(Number) } },
    });
    expect(told(stream.notifications).at(-1)?.params).toMatchObject({ taskId, status: 'completed' });
  });

  test('a filter without tasks is acknowledged as empty, and the stream ends', async () => {
    await using face = await createFace();
    const stream = face.begin('subscriptions/listen', { notifications: { toolsListChanged: true }, _meta: PLAIN });
    expect(await stream.answer).toMatchObject({ result: { resultType: 'complete' } });
    expect(told(stream.notifications).map(({ params }) => params.notifications)).toEqual([{}]);
  });

  test('it ends with a result when the server stops, without one when the caller cancels, and tells nothing after', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const listen = () => face.begin('subscriptions/listen', { notifications: { taskIds: [taskId] }, _meta: TASKS });
    const [stopped, cancelled] = [listen(), listen()];
    await vi.advanceTimersByTimeAsync(10);
    stopped.abandon('shutdown');
    cancelled.abandon('cancelled');
    expect(await stopped.answer).toMatchObject({ result: { resultType: 'complete' } });
    expect(await cancelled.answer).toBeUndefined();
    const counts = [stopped.notifications.length, cancelled.notifications.length];
    await vi.advanceTimersByTimeAsync(1_000);
    expect([stopped.notifications.length, cancelled.notifications.length]).toEqual(counts);
  });

  test.each([
    ['no filter', {}],
    ['ids that are no array', { notifications: { taskIds: 'x' } }],
    ['ids that are no text', { notifications: { taskIds: [1] } }],
    ['more than a thousand ids', { notifications: { taskIds: Array.from({ length: 1_001 }, String) } }],
  ])('%s is -32602', async (_, params) => {
    await using face = await createFace();
    expect(await face.refusal('subscriptions/listen', { ...params, _meta: TASKS })).toMatchObject({ code: -32602 });
  });
});
