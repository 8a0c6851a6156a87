import { describe, expect, it } from 'vitest';
import { blocking } from './dialects/blocking.ts';
import { tasks20251125 } from './dialects/tasks-2025-11-25.ts';
import { tasks20260728 } from './dialects/tasks-2026-07-28.ts';
import { answered, createInput, errorReply } from './testing/stage.ts';
import type { RawReply } from './wire.ts';

const ADAPTERS = [blocking, tasks20251125, tasks20260728];

/** [what came back, type, reason] */
type Row = readonly [RawReply, 'fail' | 'info', string];

const page = (http: number, text: string): RawReply => ({ kind: 'http', http, headers: {}, text });

describe.each(ADAPTERS)('create in $meta.id', (adapter) => {
  const rows: Row[] = [
    [{ kind: 'refused', message: 'connect ECONNREFUSED' }, 'fail', 'refused'],
    [errorReply(-32600, 'bad'), 'fail', 'refused'],
    [errorReply(-32601, 'no method'), 'fail', 'refused'],
    [errorReply(-32602, 'bad arguments'), 'fail', 'refused'],
    [errorReply(-32020, 'header', 400), 'fail', 'refused'],
    [errorReply(-32021, 'capability', 400), 'fail', 'refused'],
    [errorReply(-32022, 'version', 400), 'fail', 'refused'],
    ...[400, 401, 403, 404, 405, 413, 415].map((http): Row => [errorReply(-32000, 'no', http), 'fail', 'refused']),
    [errorReply(-32000, 'slow down', 429), 'fail', 'rate-limited'],
    [errorReply(-32000, 'the queue is full', 429), 'fail', 'full'],
    [errorReply(-32602, 'idempotency key conflict'), 'fail', 'conflict'],
    ...[408, 424, 425, 499, 500, 502, 503, 504].map((http): Row => [errorReply(-32000, 'no', http), 'info', 'refused']),
    [errorReply(-32602, 'bad', 500), 'info', 'refused'],
    [errorReply(-32603, 'internal'), 'info', 'refused'],
    [errorReply(-32603, 'internal', 400), 'info', 'refused'],
    [errorReply(-32000, 'the queue is full'), 'info', 'full'],
    [page(400, 'Bad Request'), 'info', 'http'],
    [page(429, 'slow down'), 'info', 'rate-limited'],
    [page(424, 'Failed Dependency'), 'info', 'http'],
    [{ kind: 'gateway', http: 400, text: '' }, 'info', 'http'],
    [{ kind: 'timeout', aborted: false }, 'info', 'timeout'],
    [{ kind: 'reset', message: 'read ECONNRESET' }, 'info', 'reset'],
    [{ kind: 'eof', message: 'other side closed' }, 'info', 'eof'],
    [{ kind: 'garbled', message: 'not JSON', http: 200, text: '<' }, 'info', 'garbled'],
    [answered({ result: {} }), 'info', 'garbled'],
    [answered({ result: null }), 'info', 'garbled'],
  ];
  it.each(rows)('%j is %s %s', (reply, type, reason) => {
    expect(adapter.interpret('create', reply, createInput(adapter.meta.id, { task: null }))).toMatchObject({
      type,
      reason,
    });
  });

  it('says who answered', () => {
    const input = createInput(adapter.meta.id, { task: null });
    expect(adapter.interpret('create', { kind: 'gateway', http: 424, text: 'gave up' }, input)).toEqual({
      type: 'info',
      reason: 'http',
      gateway: true,
      http: 424,
      message: 'gave up',
    });
    expect(adapter.interpret('create', errorReply(-32602, 'bad', 400), input)).toEqual({
      type: 'fail',
      reason: 'refused',
      answered: true,
      code: -32602,
      http: 400,
      message: 'bad',
      shape: [],
    });
    expect(adapter.interpret('create', { kind: 'timeout', aborted: true }, input)).toEqual({
      type: 'info',
      reason: 'timeout',
      message: 'the run ended',
    });
  });
});

describe.each([tasks20251125, tasks20260728])('reads and cancel in $meta.id', (adapter) => {
  const read: Row[] = [
    [errorReply(-32602, 'Invalid params'), 'fail', 'not-found'],
    [errorReply(-32603, 'Task not found'), 'fail', 'not-found'],
    [errorReply(-32000, 'unknown task t1', 404), 'fail', 'not-found'],
    [errorReply(-32000, 'No such task', 500), 'fail', 'not-found'],
    [errorReply(-32001, 'the task has expired'), 'fail', 'not-found'],
    [errorReply(-32603, 'the store is down'), 'info', 'refused'],
    [errorReply(-32601, 'no method'), 'fail', 'refused'],
    [page(404, 'Not Found'), 'info', 'http'],
    [{ kind: 'gateway', http: 404, text: 'task not found' }, 'info', 'http'],
    [{ kind: 'timeout', aborted: false }, 'info', 'timeout'],
    [{ kind: 'refused', message: 'connect ECONNREFUSED' }, 'fail', 'refused'],
    [answered({ result: { hello: 1 } }), 'info', 'garbled'],
  ];
  it.each(read)('get: %j is %s %s', (reply, type, reason) => {
    expect(adapter.interpret('get', reply, createInput(adapter.meta.id))).toMatchObject({ type, reason });
  });
  it.each(read)('result: %j is %s %s', (reply, type, reason) => {
    expect(adapter.interpret('result', reply, createInput(adapter.meta.id))).toMatchObject({ type, reason });
  });

  const cancel: Row[] = [
    [errorReply(-32602, 'the task is already completed'), 'fail', 'refused'],
    [errorReply(-32602, 'task not found'), 'fail', 'not-found'],
    [errorReply(-32603, 'unknown task'), 'fail', 'not-found'],
    [errorReply(-32603, 'internal'), 'fail', 'refused'],
    [{ kind: 'reset', message: 'read ECONNRESET' }, 'info', 'reset'],
  ];
  it.each(cancel)('cancel: %j is %s %s', (reply, type, reason) => {
    expect(adapter.interpret('cancel', reply, createInput(adapter.meta.id))).toMatchObject({ type, reason });
  });
});

describe('a lost session', () => {
  const adapter = tasks20251125;
  const get = (reply: RawReply, session: boolean, restarted: boolean) =>
    adapter.interpret('get', reply, createInput(adapter.meta.id, { session, restarted }));
  const lost = { type: 'info', reason: 'session-lost' };

  it('is a 400 or 404 that names the session', () => {
    expect(get(errorReply(-32000, 'Bad Request: No valid session ID provided', 400), false, false)).toMatchObject(lost);
    expect(get(page(404, 'Session not found'), true, false)).toMatchObject(lost);
  });
  it('is a bare 404 to a request that carried a session', () => {
    expect(get(page(404, ''), true, false)).toMatchObject(lost);
    expect(get(page(404, ''), false, false)).toMatchObject({ type: 'info', reason: 'http' });
  });
  it('is any 4xx to a session older than the running boot, also one that says the task is unknown', () => {
    expect(get(errorReply(-32602, 'task not found', 400), true, true)).toMatchObject(lost);
    expect(get(errorReply(-32602, 'task not found', 400), true, false)).toMatchObject({ reason: 'not-found' });
    expect(get(errorReply(-32602, 'task not found', 200), true, true)).toMatchObject({ reason: 'not-found' });
    expect(get(page(500, 'session store is down'), true, true)).toMatchObject({ type: 'info', reason: 'http' });
  });
  it('fails a create, which was not run', () => {
    const input = createInput(adapter.meta.id, { session: true, task: null });
    expect(adapter.interpret('create', page(404, 'Session not found'), input)).toMatchObject({
      type: 'fail',
      reason: 'session-lost',
    });
  });
});
