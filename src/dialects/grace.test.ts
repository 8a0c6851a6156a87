import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as grace from './grace.ts';
import { createDialectKit } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const META = 'io.modelcontextprotocol';
const envelope = (capabilities: object) => ({
  _meta: { [`${META}/protocolVersion`]: '2026-07-28', [`${META}/clientCapabilities`]: capabilities },
});
const TASKS = envelope({ extensions: { [`${META}/tasks`]: {} } });
const PLAIN = envelope({});

const effect = (token: string, ms: number, more = {}) => ({ name: 'effect', arguments: { token, ms, ...more } });

test.each([
  ['with the tasks extension', TASKS],
  ['without it', PLAIN],
])('what is done within the window is answered with its result, %s', async (_name, client) => {
  await using face = await createDialectKit(grace);
  const call = face.ask('tools/call', { ...effect('a', 600), ...client });
  await vi.advanceTimersByTimeAsync(700);
  expect(await call).toMatchObject({ resultType: 'complete', structuredContent: { token: 'a', tool: 'effect' } });
});

test('what takes longer is answered with a task, which carries the result later', async () => {
  await using face = await createDialectKit(grace);
  const call = face.ask('tools/call', { ...effect('a', 5_000), ...TASKS });
  await vi.advanceTimersByTimeAsync(2_100);
  const receipt = await call;
  expect(receipt).toMatchObject({ resultType: 'task', status: 'working' });
  await vi.advanceTimersByTimeAsync(4_000);
  const { taskId } = receipt;
  expect(await face.ask('tasks/get', { taskId, ...TASKS })).toMatchObject({
    status: 'completed',
    result: { structuredContent: { token: 'a' } },
  });
});

test('a client without the extension gets a job handle, and looks at it with a tool', async () => {
  await using face = await createDialectKit(grace);
  const { tools } = await face.ask('tools/list', PLAIN);
  expect(JSON.stringify(tools)).toContain('"name":"resolve_task_status"');
  const call = face.ask('tools/call', { ...effect('a', 5_000), ...PLAIN });
  await vi.advanceTimersByTimeAsync(2_100);
  const receipt = await call;
  expect(receipt).toMatchObject({ resultType: 'complete', structuredContent: { is_terminal: false } });
  await vi.advanceTimersByTimeAsync(4_000);
  const { task_ref } = Object(receipt.structuredContent);
  const look = { name: 'resolve_task_status', arguments: { task_ref }, ...PLAIN };
  expect(await face.ask('tools/call', look)).toMatchObject({
    structuredContent: { status: 'completed', result: { structuredContent: { token: 'a' } } },
  });
});

test('an error of the work within the window is the error of the call', async () => {
  await using face = await createDialectKit(grace);
  const thrown = face.refusal('tools/call', { ...effect('a', 10, { mode: 'throw' }), ...TASKS });
  const failed = face.ask('tools/call', { ...effect('b', 10, { mode: 'error' }), ...PLAIN });
  await vi.advanceTimersByTimeAsync(100);
  expect(await thrown).toMatchObject({ code: 1001, data: { token: 'a' } });
  expect(await failed).toMatchObject({ isError: true, structuredContent: { token: 'b' } });
});

test('work that asks for something is not waited for: its receipt says so at once', async () => {
  await using face = await createDialectKit(grace);
  const call = face.ask('tools/call', { ...effect('a', 10, { ask: true }), ...PLAIN });
  await vi.advanceTimersByTimeAsync(50);
  expect(await call).toMatchObject({ structuredContent: { status: 'input_required', questions: { approval: {} } } });
});

test('a caller who cancels within the window stops work it could never fetch, and leaves work that has a key', async () => {
  await using face = await createDialectKit(grace);
  const { engine } = face.parts;
  const keyless = face.begin('tools/call', { ...effect('a', 5_000), ...TASKS });
  const keyed = face.begin('tools/call', { ...effect('b', 5_000, { idempotency_key: 'k' }), ...TASKS });
  await vi.advanceTimersByTimeAsync(500);
  for (const call of [keyless, keyed]) call.abandon('cancelled');
  expect(await Promise.all([keyless.answer, keyed.answer])).toEqual([undefined, undefined]);
  await vi.advanceTimersByTimeAsync(5_000);
  const listed = await engine.list('alice', { limit: 10 });
  if (listed === 'bad-cursor') throw new Error('expected a list');
  expect(Object.fromEntries(listed.tasks.map((task) => [task.arguments.token, task.state]))).toEqual({
    a: 'cancelled',
    b: 'settled',
  });
});

test('a server that goes down within the window gives the receipt: the task is durable', async () => {
  await using face = await createDialectKit(grace);
  const call = face.begin('tools/call', { ...effect('a', 5_000), ...TASKS });
  await vi.advanceTimersByTimeAsync(500);
  call.abandon('shutdown');
  expect(await call.answer).toMatchObject({ result: { resultType: 'task', status: 'working' } });
});

test('a call sent again with its key gets the result of the first, or its receipt', async () => {
  await using face = await createDialectKit(grace);
  const send = () => face.ask('tools/call', { ...effect('a', 3_000, { idempotency_key: 'k' }), ...TASKS });
  const first = send();
  await vi.advanceTimersByTimeAsync(2_100);
  const again = send();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await first).toMatchObject({ resultType: 'task' });
  expect(await again).toMatchObject({ resultType: 'complete', structuredContent: { token: 'a' } });
  expect(face.parts.effects.committed).toEqual(['a']);
});
