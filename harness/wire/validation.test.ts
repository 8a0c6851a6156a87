import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json-rpc.ts';
import { LEGACY_TASK, MODERN_TASK, TOOL_RESULT } from './testing/stage.ts';
import { type ReplyForm, validateHandshake, validateReply } from './validation.ts';

const MODERN: ReplyForm = { dialect: 'tasks-2026-07-28', era: 'modern', op: 'get', task: 't1' };
const LEGACY: ReplyForm = { dialect: 'tasks-2025-11-25', era: 'legacy', op: 'get', task: 't1' };
const check = (form: ReplyForm, result: unknown) => validateReply(form, { jsonrpc: '2.0', id: 1, result });
const modern = (over: JsonObject) => check(MODERN, { resultType: 'complete', ...MODERN_TASK, ...over });
const legacy = (over: JsonObject) => check(LEGACY, { ...LEGACY_TASK, ...over });

describe('the message', () => {
  it('has a version, and a result or an error', () => {
    const result = { resultType: 'complete', ...MODERN_TASK };
    expect(validateReply(MODERN, { id: 1, result })).toEqual(['jsonrpc is undefined and not "2.0"']);
    const both = { jsonrpc: '2.0', id: 1, result, error: { code: 1, message: 'x' } };
    expect(validateReply(MODERN, both)).toEqual(['the reply carries both result and error']);
    expect(check(MODERN, 'ok')).toEqual(['result is not an object']);
  });
  it('has a proper error', () => {
    expect(validateReply(MODERN, { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } })).toEqual([]);
    expect(validateReply(MODERN, { jsonrpc: '2.0', id: 1, error: { code: '-32602', message: 'no' } })).toEqual([
      'error.code: Invalid input: expected number, received string',
    ]);
  });
});

describe('2026-07-28', () => {
  it.each([
    [{ inputRequests: { a: { method: 'elicitation/create', params: {} } }, requestState: 's' }, []],
    [{ requestState: 's' }, []],
    [{}, ['a call that is input_required carries neither inputRequests nor requestState']],
    [{ requestState: 7 }, ['requestState is not a text']],
    [{ inputRequests: [] }, ['inputRequests is not an object']],
    [{ inputRequests: { a: {} } }, ['inputRequests.a has no method']],
  ])('a call that asks before it is taken on: %j', (result, sentences) => {
    expect(check({ ...MODERN, op: 'create' }, { resultType: 'input_required', ...result })).toEqual(sentences);
  });
  it('lets every status of a good task pass', () => {
    expect(modern({})).toEqual([]);
    expect(modern({ status: 'cancelled', ttlMs: null })).toEqual([]);
    expect(modern({ status: 'completed', result: TOOL_RESULT })).toEqual([]);
    expect(modern({ status: 'failed', error: { code: -32603, message: 'no' }, statusMessage: 'no' })).toEqual([]);
    const ask = { method: 'elicitation/create', params: { message: 'sure?', requestedSchema: { type: 'object' } } };
    expect(modern({ status: 'input_required', inputRequests: { a: ask } })).toEqual([]);
    expect(check({ ...MODERN, op: 'create' }, { resultType: 'task', ...MODERN_TASK })).toEqual([]);
    expect(check({ ...MODERN, op: 'cancel' }, { resultType: 'complete' })).toEqual([]);
  });
  it.each([
    [{ createdAt: 'yesterday' }, 'createdAt is not an ISO 8601 date and time with a zone: yesterday'],
    [
      { createdAt: '2026-11-21 10:00:00' },
      'createdAt is not an ISO 8601 date and time with a zone: 2026-11-21 10:00:00',
    ],
    [
      { createdAt: '2026-13-41T10:00:00Z' },
      'createdAt is not an ISO 8601 date and time with a zone: 2026-13-41T10:00:00Z',
    ],
    [
      { lastUpdatedAt: '2026-11-21T09:00:00Z' },
      'lastUpdatedAt 2026-11-21T09:00:00Z lies before createdAt 2026-11-21T10:00:00.000Z',
    ],
    [{ ttl: 5 }, 'ttl is no key of a task in 2026-07-28'],
    [{ pollInterval: 5 }, 'pollInterval is no key of a task in 2026-07-28'],
    [{ ttlMs: -1 }, 'ttlMs is negative: -1'],
    [{ pollIntervalMs: -1 }, 'pollIntervalMs is negative: -1'],
    [{ taskId: 't2' }, 'asked for task t1, got task t2'],
    [{ result: TOOL_RESULT }, 'a task that is working carries result'],
    [{ status: 'completed', result: {} }, 'result.content is not a list'],
    [{ status: 'completed', result: { content: [], isError: 'no' } }, 'result.isError is not a boolean'],
    [{ status: 'completed' }, 'a task that is completed carries no result'],
    [{ status: 'failed' }, 'a task that is failed carries no error'],
    [{ status: 'input_required' }, 'a task that is input_required carries no inputRequests'],
    [{ status: 'input_required', inputRequests: {} }, 'a task that is input_required asks for nothing'],
    [{ ttlMs: 1.5 }, 'ttlMs: Invalid input: expected int, received number'],
    [{ ttlMs: undefined }, 'ttlMs: Invalid input: expected number, received undefined'],
    [{ resultType: 'task' }, 'resultType: Invalid input: expected "complete"'],
    [{ resultType: undefined }, 'resultType: Invalid input: expected "complete"'],
  ])('%j is found', (over, sentence) => {
    expect(modern(over)).toContain(sentence);
  });
  it('finds the other receipt', () => {
    const create: ReplyForm = { ...MODERN, op: 'create', task: null };
    expect(check(create, { task: LEGACY_TASK })).toEqual([
      'the task is nested under "task", as in the 2025-11-25 dialect',
    ]);
    expect(check(create, { resultType: 'complete', ...MODERN_TASK })).toEqual([
      'resultType of a created task is "complete" and not "task"',
    ]);
    expect(check({ ...MODERN, op: 'cancel' }, { resultType: 'complete', status: 'cancelled' })).toEqual([
      'the acknowledgement of cancel is not empty',
    ]);
  });
});

describe('2025-11-25', () => {
  it('lets good replies pass', () => {
    expect(legacy({})).toEqual([]);
    expect(legacy({ status: 'completed', ttl: null })).toEqual([]);
    expect(check({ ...LEGACY, op: 'create', task: null }, { task: LEGACY_TASK })).toEqual([]);
    expect(check({ ...LEGACY, op: 'result' }, TOOL_RESULT)).toEqual([]);
    expect(check({ ...LEGACY, op: 'cancel' }, { ...LEGACY_TASK, status: 'cancelled' })).toEqual([]);
  });
  it.each([
    [{ ttlMs: 5 }, 'ttlMs is no key of a task in 2025-11-25'],
    [{ pollIntervalMs: 5 }, 'pollIntervalMs is no key of a task in 2025-11-25'],
    [{ resultType: 'complete' }, 'resultType is no key of a task in 2025-11-25'],
    [{ result: TOOL_RESULT }, 'result is no key of a task in 2025-11-25'],
    [{ ttl: -1 }, 'ttl is negative: -1'],
    [{ ttl: 0.5 }, 'ttl: Invalid input: expected int, received number'],
    [{ lastUpdatedAt: 'now' }, 'lastUpdatedAt is not an ISO 8601 date and time with a zone: now'],
    [{ createdAt: undefined }, 'createdAt: Invalid input: expected string, received undefined'],
    [
      { status: 'done' },
      'status: Invalid option: expected one of "working"|"input_required"|"completed"|"failed"|"cancelled"',
    ],
  ])('%j is found', (over, sentence) => {
    expect(legacy(over)).toContain(sentence);
  });
  it('finds a flat receipt and a cancel that did not cancel', () => {
    expect(check({ ...LEGACY, op: 'create' }, LEGACY_TASK)).toEqual(['the task is not nested under "task"']);
    expect(check({ ...LEGACY, op: 'cancel' }, LEGACY_TASK)).toEqual(['a cancel was accepted with status "working"']);
    expect(check({ ...LEGACY, op: 'result' }, LEGACY_TASK)).toEqual([
      'content: Invalid input: expected array, received undefined',
    ]);
  });
});

describe('handshake', () => {
  it('is validated by the official schemas', () => {
    const greeting = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'a', version: '1' } };
    expect(validateHandshake('initialize', greeting)).toEqual([]);
    expect(validateHandshake('initialize', { ...greeting, protocolVersion: 1 })).toEqual([
      'initialize.protocolVersion: Invalid input: expected string, received number',
    ]);
  });
});

it('says at most eight sentences', () => {
  const content = Array.from({ length: 500 }, () => ({ type: 'nothing' }));
  expect(modern({ status: 'completed', result: { content } })).toHaveLength(8);
});
