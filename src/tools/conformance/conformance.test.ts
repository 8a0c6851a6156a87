// The tools of the official conformance suite, over a real engine in both revisions of tasks.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../dialects/json-rpc.ts';
import * as tasks20251125 from '../../dialects/tasks-2025-11-25.ts';
import * as tasks20260728 from '../../dialects/tasks-2026-07-28.ts';
import { createDialectKit } from '../../dialects/testing/dialect-kit.ts';
import { createTools, publishedSchema } from '../index.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const VERSION = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} }, elicitation: {} };
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const TASKLESS: JsonObject = { ...VERSION, [CAPABILITIES]: {} };
const _meta: JsonObject = { ...VERSION, [CAPABILITIES]: TASKS };

const tools = createTools('conformance');
const createFace = () => createDialectKit(tasks20260728, { tools });
const accepted = (content: JsonObject) => ({ action: 'accept', content });

test('each is registered under its name and takes the two arguments of every call', () => {
  for (const [name, tool] of tools) {
    expect(tool.name).toBe(name);
    expect(Object.keys(publishedSchema(tool).properties)).toEqual(
      expect.arrayContaining(['idempotency_key', 'max_wait_seconds']),
    );
  }
});

describe('2026-07-28', () => {
  test('greet is never a task', async () => {
    await using face = await createFace();
    const result = await face.ask('tools/call', { name: 'greet', arguments: { name: 'Ada' }, _meta });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'Hello, Ada!' }] });
  });

  test('slow_compute leaves one effect under its label, and none when it is cancelled', async () => {
    await using face = await createFace();
    const begin = (label: string) =>
      face.ask('tools/call', { name: 'slow_compute', arguments: { seconds: 0.5, label }, _meta });
    const [kept, stopped] = [await begin('kept'), await begin('stopped')];
    await vi.advanceTimersByTimeAsync(10);
    await face.ask('tasks/cancel', { taskId: stopped.taskId, _meta });
    await vi.advanceTimersByTimeAsync(600);
    expect(await face.ask('tasks/get', { taskId: kept.taskId, _meta })).toMatchObject({
      status: 'completed',
      result: { structuredContent: { seconds: 0.5, label: 'kept' } },
    });
    expect(face.parts.effects.committed).toEqual(['kept']);
  });

  test('failing_job needs a client that knows tasks, and completes with isError', async () => {
    await using face = await createFace();
    const call = { name: 'failing_job', arguments: {} };
    expect(await face.refusal('tools/call', { ...call, _meta: TASKLESS })).toMatchObject({ code: -32021 });
    const { taskId } = await face.ask('tools/call', { ...call, _meta });
    await vi.advanceTimersByTimeAsync(1_100);
    const task = await face.ask('tasks/get', { taskId, _meta });
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } });
  });

  test('protocol_error_job fails with its error', async () => {
    await using face = await createFace();
    const { taskId } = await face.ask('tools/call', { name: 'protocol_error_job', arguments: {}, _meta });
    await vi.advanceTimersByTimeAsync(10);
    expect(await face.ask('tasks/get', { taskId, _meta })).toMatchObject({ status: 'failed', error: { code: 1002 } });
  });

  test.each([
    [{ confirm: true }, 'Confirmed: a.txt'],
    [{ confirm: false }, 'Not confirmed: a.txt'],
  ])('confirm_delete, answered with %j, says %s', async (content, text) => {
    await using face = await createFace();
    const { taskId } = await face.ask('tools/call', {
      name: 'confirm_delete',
      arguments: { filename: 'a.txt' },
      _meta,
    });
    await vi.advanceTimersByTimeAsync(10);
    await face.ask('tasks/update', { taskId, inputResponses: { confirm: accepted(content) }, _meta });
    await vi.advanceTimersByTimeAsync(10);
    expect(await face.ask('tasks/get', { taskId, _meta })).toMatchObject({ result: { content: [{ text }] } });
  });

  test('multi_input waits for the second answer when it has the first', async () => {
    await using face = await createFace();
    const { taskId } = await face.ask('tools/call', { name: 'multi_input', arguments: {}, _meta });
    const answer = async (key: string, name: string) => {
      await face.ask('tasks/update', { taskId, inputResponses: { [key]: accepted({ name }) }, _meta });
      await vi.advanceTimersByTimeAsync(10);
      return face.ask('tasks/get', { taskId, _meta });
    };
    await vi.advanceTimersByTimeAsync(10);
    const half = await answer('first_name', 'Ada');
    expect([half.status, Object.keys(Object(half.inputRequests))]).toEqual(['input_required', ['second_name']]);
    const text = 'first_name: Ada, second_name: Grace';
    expect(await answer('second_name', 'Grace')).toMatchObject({
      status: 'completed',
      result: { content: [{ text }] },
    });
  });

  test('test_tool_with_task asks before there is a task', async () => {
    await using face = await createFace();
    const call = { name: 'test_tool_with_task', arguments: {}, _meta };
    const asking = await face.ask('tools/call', call);
    expect(asking).toMatchObject({ resultType: 'input_required', inputRequests: { user_name: {} } });
    const { requestState } = asking;
    const inputResponses = { user_name: accepted({ name: 'Ada' }) };
    const { taskId } = await face.ask('tools/call', { ...call, requestState, inputResponses });
    await vi.advanceTimersByTimeAsync(10);
    const task = await face.ask('tasks/get', { taskId, _meta });
    expect(task).toMatchObject({ status: 'completed', result: { content: [{ text: 'Hello, Ada!' }] } });
  });
});

test('2025-11-25: what may, must and must not be a task stands in tools/list, and holds', async () => {
  await using face = await createDialectKit(tasks20251125, { tools });
  const { tools: listed } = await face.ask('tools/list');
  const support = Object.fromEntries(
    Object.values(Object(listed)).map((tool) => [Object(tool).name, Object(tool).execution]),
  );
  expect(support).toMatchObject({
    greet: { taskSupport: 'forbidden' },
    slow_compute: { taskSupport: 'optional' },
    failing_job: { taskSupport: 'required' },
  });
  const greet = { name: 'greet', arguments: { name: 'Ada' }, task: {} };
  expect(await face.refusal('tools/call', greet)).toMatchObject({ code: -32601 });
  expect(await face.refusal('tools/call', { name: 'failing_job', arguments: {} })).toMatchObject({ code: -32601 });
});
