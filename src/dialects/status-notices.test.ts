import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JsonRpcNotification } from './dialect.ts';
import { isObject } from './json-rpc.ts';
import * as tasks20251125 from './tasks-2025-11-25.ts';
import { createDialectKit, type DialectKit } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WORK = { name: 'effect', arguments: { token: 't', ms: 3_000 }, task: {} };

async function start(face: DialectKit, transport: 'http' | 'stdio', session = { id: 's' }) {
  const call = face.begin('tools/call', WORK, { transport, session });
  const answer = await call.answer;
  const task = answer !== undefined && 'result' in answer && isObject(answer.result) ? answer.result.task : {};
  return { call, taskId: isObject(task) ? String(task.taskId) : '' };
}

function told(notifications: readonly JsonRpcNotification[]): readonly unknown[] {
  const notices = notifications.filter(({ method }) => method === 'notifications/tasks/status');
  return notices.map(({ params }) => `${params?.taskId} ${params?.status}`);
}

test('on a pipe a change of status is told to the conversation that made the task, and to no other', async () => {
  await using face = await createDialectKit(tasks20251125);
  const { call, taskId } = await start(face, 'stdio');
  const other = await start(face, 'stdio', { id: 'other' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told(call.notifications)).toEqual([]); // It runs, which is working as before.
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told(call.notifications)).toEqual([`${taskId} completed`]);
  expect(told(other.call.notifications)).toEqual([`${other.taskId} completed`]);
});

test('what is told is what a read says', async () => {
  await using face = await createDialectKit(tasks20251125);
  const { call, taskId } = await start(face, 'stdio');
  await vi.advanceTimersByTimeAsync(4_000);
  expect(call.notifications.at(-1)?.params).toEqual(await face.ask('tasks/get', { taskId }));
});

test('over HTTP it is told on the stream of tasks/result, before the result', async () => {
  await using face = await createDialectKit(tasks20251125);
  const { call, taskId } = await start(face, 'http');
  const waiting = face.begin('tasks/result', { taskId }, { transport: 'http' });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await waiting.answer).toMatchObject({ result: { structuredContent: { token: 't' } } });
  expect(told(waiting.notifications)).toEqual([`${taskId} completed`]);
  expect(call.notifications).toEqual([]);
});

test('a task cancelled by its client is told like any other end, and then nothing more', async () => {
  await using face = await createDialectKit(tasks20251125);
  const { call, taskId } = await start(face, 'stdio');
  await face.ask('tasks/cancel', { taskId });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(told(call.notifications)).toEqual([`${taskId} cancelled`]);
});
