// Each test is named by the requirement it shows, numbered as in this project's list of the revision's requirements.
import {
  CancelTaskResultV1Schema,
  CreateTaskResultV1Schema,
  GetTaskResultV1Schema,
  ListTasksResultV1Schema,
  ServerCapabilitiesV1Schema,
  ToolV1Schema,
} from '@modelcontextprotocol/ext-tasks/core/v1';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RequestContext } from './dialect.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import { RELATED_TASK } from './legacy-task.ts';
import * as tasks20251125 from './tasks-2025-11-25.ts';
import { createDialectKit, type DialectKit } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

const createFace = (options: Parameters<typeof createDialectKit>[1] = {}) => createDialectKit(tasks20251125, options);

const effect = (token: string, more: JsonObject = {}): JsonObject => ({
  name: 'effect',
  arguments: { token, ms: 600, mode: 'repeatable', ...more },
});

/** Starts a task; its receipt, checked against the official schema. */
async function start(face: DialectKit, params: JsonObject, context: Partial<RequestContext> = {}) {
  return CreateTaskResultV1Schema.parse(await face.ask('tools/call', { task: {}, ...params }, context)).task;
}

async function look(face: DialectKit, taskId: string) {
  return GetTaskResultV1Schema.parse(await face.ask('tasks/get', { taskId }));
}

const initialize = (version: string): JsonObject => ({
  protocolVersion: version,
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});

describe('negotiation', () => {
  test('2025-01: tasks are declared at initialize', async () => {
    await using face = await createFace();
    const answer = await face.ask('initialize', initialize('2025-11-25'));
    expect(answer).toMatchObject({ protocolVersion: '2025-11-25', serverInfo: { name: 'claimcheck' } });
    const { tasks } = ServerCapabilitiesV1Schema.parse(answer.capabilities);
    expect(tasks).toEqual({ list: {}, cancel: {}, requests: { tools: { call: {} } } });
  });

  test('2025-01: every tool says that it may be called as a task', async () => {
    await using face = await createFace();
    const { tools } = await face.ask('tools/list');
    const parsed = ToolV1Schema.array().parse(tools);
    expect(parsed).toHaveLength(7);
    expect(new Set(parsed.map((tool) => tool.execution?.taskSupport))).toEqual(new Set(['optional']));
  });

  test('2025-04: under a revision without tasks none are declared, and params.task is ignored', async () => {
    await using face = await createFace();
    const session = { id: 'older' };
    const answer = await face.ask('initialize', initialize('2025-06-18'), { session });
    expect(answer).toMatchObject({ protocolVersion: '2025-06-18', capabilities: { tools: {} } });
    expect(answer.capabilities).not.toHaveProperty('tasks');
    const call = face.ask('tools/call', { ...effect('old'), task: {} }, { session });
    await vi.advanceTimersByTimeAsync(700);
    expect(await call).toMatchObject({ structuredContent: { token: 'old' } });
    const { tools } = await face.ask('tools/list', {}, { session });
    expect(Array.isArray(tools) && tools.every((tool) => isObject(tool) && !('execution' in tool))).toBe(true);
  });

  test('a client that asks for an unknown revision gets the newest one', async () => {
    await using face = await createFace();
    expect(await face.ask('initialize', initialize('2026-07-28'))).toMatchObject({ protocolVersion: '2025-11-25' });
  });

  test('2025-05: a forbidden tool called as a task is -32601, and its work does not run', async () => {
    await using face = await createFace({ taskSupport: () => 'forbidden' });
    expect(await face.refusal('tools/call', { ...effect('f'), task: {} })).toMatchObject({ code: -32601 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(face.parts.effects).toMatchObject({ begun: [], committed: [] });
    const call = face.ask('tools/call', effect('f'));
    await vi.advanceTimersByTimeAsync(700);
    expect(await call).toMatchObject({ structuredContent: { token: 'f' } });
  });

  test('2025-06: a required tool called without a task is a JSON-RPC error -32601, and its work does not run', async () => {
    await using face = await createFace({ taskSupport: () => 'required' });
    expect(await face.refusal('tools/call', effect('r'))).toMatchObject({ code: -32601 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(face.parts.effects.begun).toEqual([]);
    expect(await start(face, effect('r'))).toMatchObject({ status: 'working' });
  });

  test('without params.task a call waits for its result, and no task is mentioned', async () => {
    await using face = await createFace();
    const call = face.ask('tools/call', effect('plain'));
    await vi.advanceTimersByTimeAsync(700);
    const result = await call;
    expect(result).toMatchObject({ structuredContent: { token: 'plain' } });
    expect(result).not.toHaveProperty('task');
    expect(result).not.toHaveProperty('_meta');
  });
});

describe('creation', () => {
  test('2025-07, 2025-12: the receipt nests the task, which begins as working', async () => {
    await using face = await createFace();
    const answer = await face.ask('tools/call', { ...effect('a'), task: {} });
    expect(Object.keys(answer)).toEqual(['task']);
    expect(CreateTaskResultV1Schema.parse(answer).task.status).toBe('working');
  });

  test('2025-08: the receipt does not wait for the work', async () => {
    await using face = await createFace();
    await start(face, effect('a', { ms: 60_000 })); // no time has passed: the clock stands still
    expect(face.parts.effects.committed).toEqual([]);
  });

  test('2025-09, 2025-11, 2025-51: ids are strings, unique, and hold at least 128 random bits', async () => {
    await using face = await createFace();
    const ids: string[] = [];
    for (let index = 0; index < 200; index++) ids.push((await start(face, effect(`t${index}`))).taskId);
    expect(new Set(ids).size).toBe(200);
    for (const id of ids) expect(Math.log2(new Set(ids.join('')).size) * id.length).toBeGreaterThanOrEqual(110);
    expect(Math.min(...ids.map((id) => id.length))).toBeGreaterThanOrEqual(22); // 128 bits in base 64
  });

  test('2025-13, 2025-14: both times stand in ISO 8601 in every answer about a task', async () => {
    await using face = await createFace();
    const receipt = await start(face, effect('a'));
    const seen = await look(face, receipt.taskId);
    const { tasks } = ListTasksResultV1Schema.parse(await face.ask('tasks/list'));
    const cancelled = CancelTaskResultV1Schema.parse(await face.ask('tasks/cancel', { taskId: receipt.taskId }));
    for (const task of [receipt, seen, ...tasks, cancelled]) {
      for (const time of [task.createdAt, task.lastUpdatedAt]) expect(new Date(time).toISOString()).toBe(time);
    }
  });

  test('one key twice is one task; with other arguments it is -32602 and says which key', async () => {
    await using face = await createFace();
    const first = await start(face, effect('a', { idempotency_key: 'k1' }));
    expect((await start(face, effect('a', { idempotency_key: 'k1' }))).taskId).toBe(first.taskId);
    const refusal = await face.refusal('tools/call', { ...effect('b', { idempotency_key: 'k1' }), task: {} });
    expect(refusal).toMatchObject({ code: -32602, message: expect.stringContaining("'k1'") });
  });

  test('a full server says so, with a time to come back', async () => {
    await using face = await createFace({ concurrency: 1, waitingMax: 1 });
    await start(face, effect('a'));
    await start(face, effect('b'));
    const refusal = await face.refusal('tools/call', { ...effect('c'), task: {} });
    expect(refusal).toMatchObject({ code: -32000, data: { reason: 'full' }, httpStatus: 429 });
    expect(refusal.data).toMatchObject({ retryAfterMs: expect.any(Number), queued: expect.any(Number) });
  });

  test('a stopping server says so', async () => {
    await using face = await createFace();
    const drained = face.parts.engine.drain(0);
    const refusal = await face.refusal('tools/call', { ...effect('a'), task: {} });
    expect(refusal).toMatchObject({ code: -32000, data: { reason: 'draining' }, httpStatus: 503 });
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
  });

  test.each([
    ['task is no object', { ...effect('a'), task: 'yes' }],
    ['ttl is text', { ...effect('a'), task: { ttl: 'abc' } }],
    ['ttl is negative', { ...effect('a'), task: { ttl: -1 } }],
    ['name is missing', { arguments: {}, task: {} }],
    ['the tool is unknown', { name: 'nothing', task: {} }],
    ['arguments are no object', { name: 'effect', arguments: [], task: {} }],
    ['an argument is of the wrong type', { ...effect('a', { ms: 'long' }), task: {} }],
    ['an argument is missing', { name: 'effect', arguments: {}, task: {} }],
    ['max_wait_seconds is 0', { ...effect('a', { max_wait_seconds: 0 }), task: {} }],
    ['the key is empty', { ...effect('a', { idempotency_key: '' }), task: {} }],
  ])('malformed params are -32602 and start nothing: %s', async (_, params) => {
    await using face = await createFace();
    expect(await face.refusal('tools/call', params)).toMatchObject({ code: -32602 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(face.parts.effects.begun).toEqual([]);
  });

  test('the receipt does not change when the task does', async () => {
    await using face = await createFace();
    const answer = await face.ask('tools/call', { ...effect('a'), task: {} });
    const before = JSON.stringify(answer);
    await vi.advanceTimersByTimeAsync(700);
    expect(JSON.stringify(answer)).toBe(before);
  });
});

describe('time to live', () => {
  test('2025-15: tasks/get says the retention that holds, also when it was asked for', async () => {
    await using face = await createFace();
    const plain = await start(face, effect('a'));
    expect((await look(face, plain.taskId)).ttl).toBe(86_400_000);
    const asked = await start(face, { ...effect('b'), task: { ttl: 60_000 } });
    expect((await look(face, asked.taskId)).ttl).toBe(60_000);
  });

  test.each([0, 0.5, 2_500.5, 2 ** 31, 3e9, 1e300])(
    'a retention of %d ms is kept within limits and is a whole number',
    async (ttl) => {
      await using face = await createFace();
      const { taskId, ttl: kept } = await start(face, { ...effect('a', { ms: 100 }), task: { ttl } });
      expect(Number.isSafeInteger(kept)).toBe(true);
      expect(kept).toBeGreaterThanOrEqual(1_000);
      await vi.advanceTimersByTimeAsync(200);
      expect(await look(face, taskId)).toMatchObject({ status: 'completed', ttl: kept });
    },
  );

  test('the retention counts from creation, not from the end of the work', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, { ...effect('a', { ms: 900 }), task: { ttl: 2_000 } });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
    await vi.advanceTimersByTimeAsync(400);
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
      expect(await face.refusal(method, { taskId }), method).toMatchObject({ code: -32602 }); // 2025-49
    }
  });
});

describe('status', () => {
  test('2025-16, 2025-17: working, then completed, and completed for ever', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(300);
    expect(await look(face, taskId)).toMatchObject({ status: 'working' });
    await vi.advanceTimersByTimeAsync(400);
    const done = await look(face, taskId);
    expect(done.status).toBe('completed');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await look(face, taskId)).toEqual(done);
  });

  test('2025-18: a cancelled task stays cancelled when its work would have ended', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(100);
    await face.ask('tasks/cancel', { taskId });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await look(face, taskId)).toMatchObject({ status: 'cancelled' });
  });

  test('2025-19, 2025-20: a tool that reports an error is failed, with a message', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a', { mode: 'error' }));
    await vi.advanceTimersByTimeAsync(700);
    expect(await look(face, taskId)).toMatchObject({ status: 'failed', statusMessage: expect.stringMatching(/\w/) });
    const result = await face.ask('tasks/result', { taskId });
    expect(result).toMatchObject({ isError: true, content: [{ type: 'text' }] });
  });

  test('tasks/get carries no result', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(700);
    const keys = Object.keys(await face.ask('tasks/get', { taskId }));
    expect(keys.filter((key) => ['result', 'error', 'content', 'task', 'ttlMs', 'resultType'].includes(key))).toEqual(
      [],
    );
  });
});

describe('result', () => {
  test('2025-25, 2025-27, 2025-29: exactly the answer of an ordinary call, plus the related task, every time', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('same'));
    const plainCall = face.ask('tools/call', effect('same'));
    await vi.advanceTimersByTimeAsync(700);
    const first = await face.ask('tasks/result', { taskId });
    expect(first).toEqual({ ...(await plainCall), _meta: { [RELATED_TASK]: { taskId } } });
    expect(await face.ask('tasks/result', { taskId })).toEqual(first);
  });

  test('2025-26: it blocks while the task works, and wakes when it ends', async () => {
    await using face = await createFace({ limits: { pollIntervalMs: 30_000 } });
    const { taskId } = await start(face, effect('a'));
    let isAnswered = false;
    const result = face.ask('tasks/result', { taskId }).finally(() => {
      isAnswered = true;
    });
    await vi.advanceTimersByTimeAsync(590);
    expect(isAnswered).toBe(false);
    await vi.advanceTimersByTimeAsync(20); // far less than the poll interval
    expect(isAnswered).toBe(true);
    expect(await result).toMatchObject({ structuredContent: { token: 'a' } });
  });

  test('2025-28: an error outcome comes back as the same JSON-RPC error', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a', { mode: 'throw' }));
    const plain = face.refusal('tools/call', effect('a', { mode: 'throw' }));
    await vi.advanceTimersByTimeAsync(700);
    const fetched = await face.refusal('tasks/result', { taskId });
    expect(fetched).toEqual(await plain);
    expect(await look(face, taskId)).toMatchObject({ status: 'failed', statusMessage: fetched.message });
  });

  test('the result of a cancelled task is an error that says so and is not taken for a missing task', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await face.ask('tasks/cancel', { taskId });
    const refusal = await face.refusal('tasks/result', { taskId });
    expect(refusal).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/cancel/),
      data: { reason: 'cancelled' },
    });
    expect(refusal.message).not.toMatch(/not found|unknown task|no such|expired/i);
  });

  test('a call that waits when its task is cancelled is told', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const waiting = face.refusal('tasks/result', { taskId });
    await face.ask('tasks/cancel', { taskId });
    expect(await waiting).toMatchObject({ code: -32000 });
  });

  test('2025-33: params.taskId wins over _meta', async () => {
    await using face = await createFace();
    const one = await start(face, effect('one'));
    const two = await start(face, effect('two'));
    await vi.advanceTimersByTimeAsync(700);
    const _meta = { [RELATED_TASK]: { taskId: two.taskId } };
    expect(await face.ask('tasks/result', { taskId: one.taskId, _meta })).toMatchObject({
      structuredContent: { token: 'one' },
    });
  });
});

describe('list', () => {
  test('2025-40, 2025-41, 2025-43: pages cover every task once', async () => {
    await using face = await createFace({ waitingMax: 500 });
    const ids = new Set<string>();
    for (let index = 0; index < 120; index++) ids.add((await start(face, effect(`t${index}`))).taskId);
    const listed: string[] = [];
    let cursor: string | undefined;
    let pageCount = 0;
    do {
      const params = cursor === undefined ? {} : { cursor };
      const page = ListTasksResultV1Schema.parse(await face.ask('tasks/list', params));
      listed.push(...page.tasks.map((task) => task.taskId));
      cursor = page.nextCursor;
      pageCount += 1;
    } while (cursor !== undefined);
    expect(pageCount).toBe(3);
    expect(listed).toHaveLength(120);
    expect(new Set(listed)).toEqual(ids);
  });

  test('2025-40: tasks that begin or end while somebody pages shift nothing: each old one is listed once', async () => {
    await using face = await createFace({ waitingMax: 500 });
    const old = new Set<string>();
    for (let index = 0; index < 70; index++) {
      old.add((await start(face, { ...effect(`t${index}`), task: { ttl: index === 3 ? 1_000 : 60_000 } })).taskId);
      if (index % 7 === 0) await vi.advanceTimersByTimeAsync(1); // Several within one millisecond, and several milliseconds.
    }
    const first = ListTasksResultV1Schema.parse(await face.ask('tasks/list'));
    for (let index = 0; index < 60; index++) await start(face, effect(`late${index}`));
    await vi.advanceTimersByTimeAsync(1_500); // One of the old ones is forgotten meanwhile.
    const second = ListTasksResultV1Schema.parse(await face.ask('tasks/list', { cursor: first.nextCursor }));
    const listed = [...first.tasks, ...second.tasks].map((task) => task.taskId);
    expect(second.nextCursor).toBeUndefined();
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.every((id) => old.has(id))).toBe(true);
    expect(listed).toHaveLength(69);
    const again = ListTasksResultV1Schema.parse(await face.ask('tasks/list', { cursor: first.nextCursor }));
    expect(again.tasks.map((task) => task.taskId)).toEqual(second.tasks.map((task) => task.taskId));
  });

  test.each(['nonsense', '', 7])('2025-44: %j is no cursor: -32602', async (cursor) => {
    await using face = await createFace();
    expect(await face.refusal('tasks/list', { cursor })).toMatchObject({ code: -32602 });
  });

  test('2025-52: nobody can list what anonymous callers share, and no list is declared to them', async () => {
    await using face = await createFace();
    const context = { principal: 'anonymous' };
    const answer = await face.ask('initialize', initialize('2025-11-25'), context);
    expect(answer.capabilities).toEqual({ tools: {}, tasks: { cancel: {}, requests: { tools: { call: {} } } } });
    expect(await face.refusal('tasks/list', {}, context)).toMatchObject({ code: -32601 });
  });
});

describe('cancel', () => {
  test('2025-47, 2025-48: the answer says cancelled, and the work is stopped', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    await vi.advanceTimersByTimeAsync(100);
    expect(face.parts.effects.begun).toEqual(['a']);
    const answer = CancelTaskResultV1Schema.parse(await face.ask('tasks/cancel', { taskId }));
    expect(answer).toMatchObject({ taskId, status: 'cancelled' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(face.parts.effects.committed).toEqual([]);
  });

  test.each(['completed', 'failed', 'cancelled'])(
    '2025-46: a task that is %s cannot be cancelled: -32602',
    async (end) => {
      await using face = await createFace();
      const { taskId } = await start(face, effect('a', { mode: end === 'failed' ? 'error' : 'repeatable' }));
      if (end === 'cancelled') await face.ask('tasks/cancel', { taskId });
      await vi.advanceTimersByTimeAsync(700);
      expect(await look(face, taskId)).toMatchObject({ status: end });
      const refusal = await face.refusal('tasks/cancel', { taskId });
      expect(refusal).toMatchObject({ code: -32602, message: expect.stringContaining(end) });
      expect(await look(face, taskId)).toMatchObject({ status: end });
    },
  );

  test('2025-45: a cancelled request of tasks/result leaves the task alone', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const waiting = face.begin('tasks/result', { taskId });
    waiting.abandon('cancelled');
    expect(await waiting.answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(700);
    expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
  });

  test('one task cancelled while another works: only the one is', async () => {
    await using face = await createFace();
    const [one, two] = [await start(face, effect('one')), await start(face, effect('two'))];
    await face.ask('tasks/cancel', { taskId: one.taskId });
    await vi.advanceTimersByTimeAsync(700);
    expect(await look(face, two.taskId)).toMatchObject({ status: 'completed' });
    expect(face.parts.effects.committed).toEqual(['two']);
  });
});

describe('who may', () => {
  test.each(['tasks/get', 'tasks/result', 'tasks/cancel'])(
    '2025-50: %s of somebody else is as unknown as none',
    async (method) => {
      await using face = await createFace();
      const { taskId } = await start(face, effect('a'));
      const theirs = await face.refusal(method, { taskId }, { principal: 'mallory' });
      const none = await face.refusal(method, { taskId: 'no-such-id' }, { principal: 'mallory' });
      expect(theirs).toEqual({ code: -32602, message: `Task not found: ${taskId}` });
      expect(none).toEqual({ code: -32602, message: 'Task not found: no-such-id' });
      await vi.advanceTimersByTimeAsync(700);
      expect(await look(face, taskId)).toMatchObject({ status: 'completed' });
    },
  );

  test("2025-50: a list holds the caller's own tasks only", async () => {
    await using face = await createFace();
    await start(face, effect('a'));
    const mine = await start(face, effect('b'), { principal: 'bob' });
    const page = ListTasksResultV1Schema.parse(await face.ask('tasks/list', {}, { principal: 'bob' }));
    expect(page.tasks.map((task) => task.taskId)).toEqual([mine.taskId]);
  });

  test.each(['tasks/get', 'tasks/result', 'tasks/cancel'])(
    '%s without a taskId, or with one that is no text, is -32602',
    async (method) => {
      await using face = await createFace();
      expect(await face.refusal(method)).toMatchObject({ code: -32602 });
      expect(await face.refusal(method, { taskId: 7 })).toMatchObject({ code: -32602 });
    },
  );
});

describe('a caller who goes away', () => {
  test('2025-55: a lost connection does not stop the work of a call that waits', async () => {
    await using face = await createFace();
    const call = face.begin('tools/call', effect('a'));
    await vi.advanceTimersByTimeAsync(100);
    call.abandon('disconnected');
    expect(await call.answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(700);
    expect(face.parts.effects.committed).toEqual(['a']);
  });

  test('a cancelled call stops its work, one with a key does not: its caller may come back', async () => {
    await using face = await createFace();
    const plain = face.begin('tools/call', effect('plain'));
    const keyed = face.begin('tools/call', effect('keyed', { idempotency_key: 'k' }));
    await vi.advanceTimersByTimeAsync(100);
    plain.abandon('cancelled');
    keyed.abandon('cancelled');
    expect([await plain.answer, await keyed.answer]).toEqual([undefined, undefined]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(face.parts.effects.committed).toEqual(['keyed']);
    expect(await face.ask('tools/call', effect('keyed', { idempotency_key: 'k' }))).toMatchObject({
      structuredContent: { token: 'keyed' },
    });
    expect(face.parts.effects.committed).toEqual(['keyed']);
  });

  test('a stopping server tells those who wait', async () => {
    await using face = await createFace();
    const { taskId } = await start(face, effect('a'));
    const waiting = face.begin('tasks/result', { taskId });
    waiting.abandon('shutdown');
    expect(await waiting.answer).toMatchObject({ error: { code: -32000, data: { reason: 'draining' } } });
  });

  test('work that ends after its task was cancelled, or is gone, disturbs nobody', async () => {
    await using face = await createFace();
    for (let index = 0; index < 10; index++) {
      const { taskId } = await start(face, { ...effect(`t${index}`, { ms: 3_000 }), task: { ttl: 1_000 } });
      if (index % 2 === 0) await face.ask('tasks/cancel', { taskId });
    }
    await vi.advanceTimersByTimeAsync(10_000);
    const after = await start(face, effect('after'));
    await vi.advanceTimersByTimeAsync(700);
    expect(await look(face, after.taskId)).toMatchObject({ status: 'completed' });
  });
});

describe('progress', () => {
  test('2025-38, 2025-39: a call that waits is told under its own token, in rising numbers, until the end', async () => {
    await using face = await createFace();
    const params = {
      name: 'generate_report',
      arguments: { token: 'p', ms: 2_400, topic: 'tides' },
      _meta: { progressToken: 'tok' },
    };
    const call = face.begin('tools/call', params);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(await call.answer).toMatchObject({ result: { structuredContent: { token: 'p' } } });
    const told = call.notifications.map((notification) => notification.params ?? {});
    expect(told.length).toBeGreaterThan(1);
    expect(told.every((params) => params.progressToken === 'tok')).toBe(true);
    expect(told.map((params) => params.progress)).toEqual(told.map((_, index) => index + 1));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(call.notifications).toHaveLength(told.length);
  });

  test('2025-31, 2025-32: nothing is sent about a task that only get, list and cancel ask about', async () => {
    await using face = await createFace();
    const context = { transport: 'http' } as const;
    const call = face.begin('tools/call', { ...effect('a'), task: {}, _meta: { progressToken: 1 } }, context);
    await vi.advanceTimersByTimeAsync(700);
    expect(call.notifications).toEqual([]);
  });
});

test('methods of the other revision, and unknown ones, are -32601', async () => {
  await using face = await createFace();
  for (const method of ['server/discover', 'tasks/update', 'subscriptions/listen', 'prompts/list', 'nothing']) {
    expect(await face.refusal(method, {}), method).toMatchObject({ code: -32601 });
  }
});

test('notifications get no answer', async () => {
  await using face = await createFace();
  const context: RequestContext = {
    principal: 'alice',
    transport: 'stdio',
    session: { id: 's' },
    signal: never,
    notify() {},
  };
  expect(await face.dialect.handle({ jsonrpc: '2.0', method: 'notifications/initialized' }, context)).toBeUndefined();
});
