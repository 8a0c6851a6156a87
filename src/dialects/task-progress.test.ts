// Progress of tasks, by the numbers of this project's list of the requirements of 2025-11-25.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JsonRpcNotification, Session } from './dialect.ts';
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

const REPORT: JsonObject = {
  name: 'generate_report',
  arguments: { token: 'r', ms: 6_000, sections: 6 },
  task: {},
  _meta: { progressToken: 'tok' },
};

const startReport = async (face: DialectKit, session: Session, transport: 'http' | 'stdio') => {
  const call = face.begin('tools/call', REPORT, { session, transport });
  const answer = await call.answer;
  const task = answer !== undefined && 'result' in answer && isObject(answer.result) ? answer.result.task : undefined;
  return { taskId: isObject(task) ? String(task.taskId) : '', notifications: call.notifications };
};

function progressOf(notifications: readonly JsonRpcNotification[]): readonly unknown[] {
  return notesOf(notifications).map(({ params }) => params?.progress);
}

function notesOf(notifications: readonly JsonRpcNotification[]): readonly JsonRpcNotification[] {
  return notifications.filter(({ method }) => method === 'notifications/progress');
}

test('2025-38, 2025-39: on a pipe the notes of a task go out while it goes on, under the token of its call, and end with it', async () => {
  await using face = await createDialectKit(tasks20251125);
  const { taskId, notifications } = await startReport(face, { id: 's' }, 'stdio');
  await vi.advanceTimersByTimeAsync(3_100);
  const half = progressOf(notifications).length;
  expect(half).toBeGreaterThan(1);
  await vi.advanceTimersByTimeAsync(20_000);
  const numbers = progressOf(notifications);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const notes = notesOf(notifications);
  expect(notes.every(({ params }) => params?.progressToken === 'tok')).toBe(true);
  // 2025-30: whatever belongs to a task names it.
  expect(notes.every(({ params }) => Object(params?._meta)[RELATED_TASK]?.taskId === taskId)).toBe(true);
  expect(notes.at(-1)?.params?.message).toMatch(/^Step 6 of 6/);
  expect(numbers.length).toBeGreaterThan(half);
});

test('2025-38: over HTTP they go out on the stream of tasks/result, each once, also when two streams wait', async () => {
  await using face = await createDialectKit(tasks20251125);
  const session: Session = { id: 's' };
  const { taskId, notifications } = await startReport(face, session, 'http');
  await vi.advanceTimersByTimeAsync(1_600);
  expect(progressOf(notifications)).toEqual([]); // The call's own stream has ended.
  const follow = () => face.begin('tasks/result', { taskId }, { session, transport: 'http' });
  const first = follow();
  await vi.advanceTimersByTimeAsync(1_000);
  const second = follow();
  await vi.advanceTimersByTimeAsync(1_000);
  first.abandon('disconnected');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await second.answer).toMatchObject({ result: { structuredContent: { token: 'r' } } });
  expect(progressOf(second.notifications).length).toBeGreaterThan(0);
  const numbers = [...progressOf(first.notifications), ...progressOf(second.notifications)];
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test('a token means nothing in another conversation: no notes there', async () => {
  await using face = await createDialectKit(tasks20251125);
  const { taskId } = await startReport(face, { id: 's' }, 'http');
  const other = face.begin('tasks/result', { taskId }, { session: { id: 'other' }, transport: 'http' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await other.answer).toMatchObject({ result: { structuredContent: { token: 'r' } } });
  expect(notesOf(other.notifications)).toEqual([]);
});

test('several tasks of one pipe are told apart, each to its end', async () => {
  await using face = await createDialectKit(tasks20251125);
  const session: Session = { id: 's' };
  const calls = ['a', 'b'].map((token) =>
    face.begin(
      'tools/call',
      {
        ...REPORT,
        arguments: { token, ms: token === 'a' ? 2_000 : 6_000, sections: 4 },
        _meta: { progressToken: token },
      },
      { session, transport: 'stdio' },
    ),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  const told = calls.flatMap(({ notifications }) => notifications);
  const byToken = (token: string) => told.filter(({ params }) => params?.progressToken === token);
  expect(byToken('a').at(-1)?.params?.message).toMatch(/^Step 4 of 4/);
  expect(byToken('b').at(-1)?.params?.message).toMatch(/^Step 4 of 4/);
});
