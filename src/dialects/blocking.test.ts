import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTools } from '../tools/index.ts';
import * as blocking from './blocking.ts';
import { createDialectKit } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const effect = (token: string, mode = 'repeatable', more = {}) => ({
  name: 'effect',
  arguments: { token, ms: 600, mode, ...more },
});

test('a call answers when the work is done, and not before', async () => {
  await using face = await createDialectKit(blocking);
  const call = face.begin('tools/call', effect('a'));
  let isAnswered = false;
  void call.answer.then(() => {
    isAnswered = true;
  });
  await vi.advanceTimersByTimeAsync(590);
  expect(isAnswered).toBe(false);
  await vi.advanceTimersByTimeAsync(20);
  expect(await call.answer).toMatchObject({ result: { structuredContent: { token: 'a' } } });
});

test('an error of the tool stays a result, a thrown one is its JSON-RPC error', async () => {
  await using face = await createDialectKit(blocking);
  const failed = face.ask('tools/call', effect('a', 'error'));
  const thrown = face.refusal('tools/call', effect('b', 'throw'));
  await vi.advanceTimersByTimeAsync(700);
  expect(await failed).toMatchObject({ isError: true });
  expect(await thrown).toMatchObject({ code: 1001, data: { token: 'b' } });
});

test('2025-04: it declares no tasks, ignores params.task and has no task methods', async () => {
  await using face = await createDialectKit(blocking);
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  expect((await face.ask('initialize', hello)).capabilities).toEqual({ tools: {} });
  const call = face.ask('tools/call', { ...effect('a'), task: { ttl: 'abc' } });
  await vi.advanceTimersByTimeAsync(700);
  expect(await call).toMatchObject({ structuredContent: { token: 'a' } });
  for (const method of ['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel']) {
    expect(await face.refusal(method, { taskId: 'x' })).toMatchObject({ code: -32601 });
  }
});

test('two calls with one key share the work and its result', async () => {
  await using face = await createDialectKit(blocking);
  const calls = [1, 2].map(() => face.ask('tools/call', effect('a', 'repeatable', { idempotency_key: 'k' })));
  await vi.advanceTimersByTimeAsync(700);
  const [first, second] = await Promise.all(calls);
  expect(second).toEqual(first);
  expect(face.parts.effects.committed).toEqual(['a']);
});

test('initialize without its required params is -32602', async () => {
  await using face = await createDialectKit(blocking);
  expect(await face.refusal('initialize', {})).toMatchObject({ code: -32602 });
  expect(await face.refusal('initialize', { protocolVersion: '2025-11-25' })).toMatchObject({ code: -32602 });
  expect(await face.ask('ping')).toEqual({});
});

test('what the engine throws is -32603 for the caller, who learns nothing of it, and told to the owner', async () => {
  const told: unknown[] = [];
  await using kit = await createDialectKit(blocking);
  const broken = new Error('the disk is full');
  const { engine } = kit.parts;
  const dialect = blocking.create({
    engine: { ...engine, submit: () => Promise.reject(broken), [Symbol.asyncDispose]: async () => {} },
    tools: createTools(),
    serverInfo: { name: 'test', version: '1' },
    instructions: '',
    onError: (error) => told.push(error),
  });
  const answer = await dialect.handle(
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: effect('a') },
    { principal: 'a', transport: 'stdio', session: { id: 's' }, signal: new AbortController().signal, notify() {} },
  );
  expect(answer).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'Internal error' } });
  expect(told).toEqual([broken]);
});
