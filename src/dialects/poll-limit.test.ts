import { expect, test } from 'vitest';
import type { Dialect, JsonRpcRequest, RequestContext } from './dialect.ts';
import { dialects } from './index.ts';
import { createPollLimit, withPollLimit } from './poll-limit.ts';

const limitAt = (clock: { now: number }) => createPollLimit({ perSecond: 5, burst: 2, elapsed: () => clock.now });

test('a burst goes through, then one poll each fifth of a second', () => {
  const clock = { now: 0 };
  const limit = limitAt(clock);
  expect([1, 2, 3].map(() => limit.take('alice'))).toEqual([0, 0, 200]);
  clock.now = 199;
  expect(limit.take('alice')).toBeGreaterThan(0);
  clock.now = 400;
  expect(limit.take('alice')).toBe(0);
});

test('those who are turned away together are told different times, in which each finds its turn', () => {
  const clock = { now: 0 };
  const limit = createPollLimit({ perSecond: 5, burst: 4, elapsed: () => clock.now });
  for (let poll = 0; poll < 4; poll++) limit.take('alice');
  const waits = [1, 2, 3].map(() => limit.take('alice'));
  expect(waits).toEqual([200, 400, 600]);
  for (const wait of waits) {
    clock.now = wait;
    expect(limit.take('alice')).toBe(0);
  }
});

test('one caller says nothing about another', () => {
  const limit = limitAt({ now: 0 });
  for (let poll = 0; poll < 10; poll++) limit.take('alice');
  expect(limit.take('bob')).toBe(0);
});

const context: RequestContext = {
  ...{ principal: 'alice', transport: 'stdio', session: { id: 's' } },
  signal: new AbortController().signal,
  notify() {},
};
const POLLS = [
  ['tasks/get', { taskId: 'k' }],
  ['tasks/result', { taskId: 'k' }],
  ['tasks/list', {}],
  ['tools/call', { name: 'resolve_task_status', arguments: { task_ref: 'k' } }],
] as const;
const request = (method: string, params = {}): JsonRpcRequest => ({ jsonrpc: '2.0', id: 7, method, params });
const echo: Dialect = {
  meta: { id: 'echo', title: 'Echo', description: 'Answers everything', sessions: false },
  handle: async () => ({ jsonrpc: '2.0', id: 7, result: {} }),
};

test.each(POLLS)('%s beyond the limit is a clear refusal, and counted', async (method, params) => {
  const counted: boolean[] = [];
  const limit = createPollLimit({ perSecond: 5, burst: 1, elapsed: () => 0 });
  const dialect = withPollLimit(echo, limit, (isRefused) => counted.push(isRefused));
  expect(await dialect.handle(request(method, params), context)).toMatchObject({ result: {} });
  expect(await dialect.handle(request(method, params), context)).toEqual({
    jsonrpc: '2.0',
    id: 7,
    error: {
      code: -32_000,
      message: 'Too many polls (rate limit): ask again in 200 ms',
      data: { reason: 'rate-limited', retryAfterMs: 200 },
    },
    httpStatus: 429,
  });
  expect(counted).toEqual([false, true]);
});

test('calls, cancels and answers are no polls', async () => {
  const limit = { take: () => 1_000 };
  const dialect = withPollLimit(echo, limit, () => expect.unreachable());
  for (const [method, params] of [
    ['tools/call', { name: 'effect' }],
    ['tasks/cancel', { taskId: 'k' }],
    ['tasks/update', { taskId: 'k' }],
    ['subscriptions/listen', {}],
  ] as const) {
    expect(await dialect.handle(request(method, params), context)).toMatchObject({ result: {} });
  }
});

test('every registered dialect with a way to poll is covered by the list', () => {
  const polling = Object.keys(dialects).filter((id) => id !== 'blocking');
  expect(polling).toEqual(['grace', 'handle', 'tasks-2025-11-25', 'tasks-2026-07-28']);
});
