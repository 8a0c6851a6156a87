import { expect, test } from 'vitest';
import type { PushBody } from '../model/event.ts';
import { indexHistory } from '../model/history-index.ts';
import { createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import { unequalPushes } from './unequal-pushes.ts';

const T1 = taskOf(1);
const T2 = taskOf(2);

function judge(tell: (h: HistoryBuilder) => void) {
  const h = createHistory({ calls: 2 });
  for (const call of [1, 2]) h.ok(10 + call, h.create(10, call), { task: taskOf(call) });
  tell(h);
  return unequalPushes.check({ plan: h.plan, history: indexHistory(h.plan, h.history()) });
}

const told = (h: HistoryBuilder, atMs: number, more: Partial<PushBody> = {}) =>
  h.add(atMs, { kind: 'push', conn: 'callback', task: T1, status: 'completed', ...more });
const read = (h: HistoryBuilder, atMs: number, status: 'completed' | 'failed' | 'working') =>
  h.ok(atMs + 1, h.get(atMs, 1, T1), { status });
const messages = (tell: (h: HistoryBuilder) => void) => judge(tell).findings.map(({ message }) => message);

test('a server that tells nothing unasked shows nothing', () => {
  expect(judge((h) => void read(h, 20, 'completed'))).toEqual({
    valid: 'not-applicable',
    reason: 'the server told nothing unasked',
    counts: { pushes: 0, deliveries: 0, violations: 0 },
    findings: [],
  });
});

test('the same end under the same id, however often, is one delivery; an early read says nothing against it', () => {
  const tell = (h: HistoryBuilder) => {
    read(h, 20, 'working');
    for (const atMs of [30, 40]) told(h, atMs, { delivery: 'msg_1', result: { content: [] } });
    read(h, 50, 'completed');
  };
  expect(judge(tell)).toEqual({
    valid: true,
    counts: { pushes: 2, deliveries: 1, violations: 0 },
    findings: [],
  });
});

test('a notification that reads contradict', () => {
  const tell = (h: HistoryBuilder) => {
    told(h, 30);
    read(h, 40, 'failed');
  };
  expect(messages(tell)).toEqual([
    `task ${T1} (agent 1) was told to be completed at 0.030 s in boot 1, and a read at 0.041 s in boot 1 says failed`,
  ]);
});

test('one end under two ids', () => {
  const tell = (h: HistoryBuilder) => {
    told(h, 30, { delivery: 'msg_1' });
    told(h, 40, { delivery: 'msg_2' });
  };
  expect(messages(tell)).toEqual([
    `the end of task ${T1} (agent 1) went out under the id msg_1 at 0.030 s in boot 1 and under msg_2 at 0.040 s in boot 1: ` +
      'its receiver cannot know that both are one',
  ]);
});

test('one id for two tasks', () => {
  const tell = (h: HistoryBuilder) => {
    told(h, 30, { delivery: 'msg_1' });
    told(h, 40, { delivery: 'msg_1', task: T2 });
  };
  expect(messages(tell)).toEqual([
    `the delivery msg_1 carried task ${T1} as completed at 0.030 s in boot 1 and task ${T2} as completed at 0.040 s in boot 1`,
  ]);
});
