import { describe, expect, it } from 'vitest';
import {
  answered,
  CALL,
  createInput,
  createTarget,
  errorReply,
  LEGACY_TASK,
  MODERN_TASK,
  TOOL_RESULT,
} from '../testing/stage.ts';
import { blocking } from './blocking.ts';
import { ADAPTERS } from './index.ts';
import { tasks20251125 } from './tasks-2025-11-25.ts';
import { tasks20260728 } from './tasks-2026-07-28.ts';

const SEEN_RESULT = { result: TOOL_RESULT, echo: 'tok-7' };
const SEEN_2026 = {
  task: 't1',
  status: 'working',
  createdAt: MODERN_TASK.createdAt,
  lastUpdatedAt: MODERN_TASK.lastUpdatedAt,
  ttlMs: 60_000,
  pollMs: 500,
};
const SEEN_2025 = { ...SEEN_2026, createdAt: LEGACY_TASK.createdAt, lastUpdatedAt: LEGACY_TASK.lastUpdatedAt };
const ARGUMENTS = { topic: 'x', token: 'tok-7', ms: 50 };

it('registers each dialect under its own name', () => {
  expect(Object.entries(ADAPTERS).filter(([id, { meta }]) => id !== meta.id)).toEqual([]);
});

describe('blocking', () => {
  const input = createInput('blocking', { task: null, key: 'key-7' });
  it('sends the call with its key and mode, and nothing else', () => {
    expect(blocking.request('create', { ...input, call: { ...CALL, mode: 'plain' } })).toEqual({
      method: 'tools/call',
      params: { name: 'render', arguments: { ...ARGUMENTS, idempotency_key: 'key-7', mode: 'plain' } },
      mcpName: 'render',
    });
    expect(blocking.request('create', { ...input, key: null })?.params.arguments).toEqual(ARGUMENTS);
    expect(blocking.request('get', input)).toBeNull();
    expect(blocking.request('cancel', input)).toBeNull();
  });
  it("sends what the call itself asks for in place of the target's work, with its key", () => {
    const request = { tool: 'move_file', arguments: { from: 'a' } };
    const call = { ...CALL, mode: 'plain', request };
    expect(blocking.request('create', { ...input, call })?.params).toEqual({
      name: 'move_file',
      arguments: { from: 'a', idempotency_key: 'key-7' },
    });
    expect(blocking.request('create', { ...input, call, key: null })?.params.arguments).toEqual({ from: 'a' });
  });
  it('names that tool to the one that starts all others', () => {
    const starts = { tool: 'operation', arguments: 'arguments' };
    const work = { name: 'start', arguments: {}, key: 'idempotency_key', mode: null, starts };
    const target = { ...createTarget('blocking'), tools: new Map([['work', work]]) };
    const call = { ...CALL, request: { tool: 'move_file', arguments: { from: 'a' } } };
    expect(blocking.request('create', { ...input, call, target })?.params).toEqual({
      name: 'start',
      arguments: { operation: 'move_file', arguments: { from: 'a' }, idempotency_key: 'key-7' },
    });
  });
  it('takes the result as the end of the call', () => {
    expect(blocking.interpret('create', answered({ result: TOOL_RESULT }), input)).toEqual({
      type: 'ok',
      status: 'completed',
      ...SEEN_RESULT,
      shape: [],
    });
  });
  it('keeps isError and an echo that is not there', () => {
    const result = { content: [{ type: 'text', text: 'no' }], isError: true };
    expect(blocking.interpret('create', answered({ result }), input)).toEqual({
      type: 'ok',
      status: 'completed',
      result,
      isError: true,
      echo: null,
      shape: [],
    });
  });
  it('refuses a plan that uses an unknown tool', () => {
    const call = { ...CALL, tool: 'nothing' };
    expect(() => blocking.request('create', { ...input, call })).toThrow("call 7 uses tool 'nothing'; known: work");
  });
});

describe('tasks-2025-11-25', () => {
  const id = 'tasks-2025-11-25';
  const input = createInput(id);
  it('asks for a task, with a ttl only when one is given', () => {
    const create = { ...input, task: null };
    expect(tasks20251125.request('create', create)).toEqual({
      method: 'tools/call',
      params: { name: 'render', arguments: ARGUMENTS, task: {} },
    });
    const target = { ...createTarget(id), ttlMs: 86_400_000 };
    expect(tasks20251125.request('create', { ...create, target })?.params.task).toEqual({ ttl: 86_400_000 });
    expect(tasks20251125.request('result', input)).toEqual({ method: 'tasks/result', params: { taskId: 't1' } });
    expect(tasks20251125.request('update', input)).toBeNull();
  });
  it('reads the nested receipt and the flat task', () => {
    const receipt = answered({ result: { task: LEGACY_TASK } });
    expect(tasks20251125.interpret('create', receipt, { ...input, task: null })).toEqual({
      type: 'ok',
      ...SEEN_2025,
      shape: [],
    });
    const failed = { ...LEGACY_TASK, status: 'failed', statusMessage: 'no disk', ttl: null };
    expect(tasks20251125.interpret('get', answered({ result: failed }), input)).toEqual({
      type: 'ok',
      ...SEEN_2025,
      status: 'failed',
      statusMessage: 'no disk',
      ttlMs: null,
      shape: [],
    });
    const cancelled = { ...LEGACY_TASK, status: 'cancelled' };
    expect(tasks20251125.interpret('cancel', answered({ result: cancelled }), input)).toEqual({
      type: 'ok',
      ...SEEN_2025,
      status: 'cancelled',
      shape: [],
    });
  });
  it('takes a plain result where the server made no task', () => {
    expect(tasks20251125.interpret('create', answered({ result: TOOL_RESULT }), input)).toEqual({
      type: 'ok',
      status: 'completed',
      ...SEEN_RESULT,
      shape: [],
    });
  });
  it('derives the status of tasks/result from what get said, else from isError', () => {
    const good = answered({ result: TOOL_RESULT });
    const bad = answered({ result: { ...TOOL_RESULT, isError: true } });
    expect(tasks20251125.interpret('result', good, input)).toEqual({
      type: 'ok',
      task: 't1',
      status: 'completed',
      ...SEEN_RESULT,
      shape: [],
    });
    expect(tasks20251125.interpret('result', bad, input)).toMatchObject({ status: 'failed', isError: true });
    const known = { ...input, lastStatus: 'completed' as const };
    expect(tasks20251125.interpret('result', bad, known)).toMatchObject({ status: 'completed', isError: true });
  });
  it('takes an error of a task that get shows as failed as its outcome', () => {
    const error = errorReply(-32602, 'the tool does not like it: file not found');
    expect(tasks20251125.interpret('result', error, { ...input, lastStatus: 'failed' })).toEqual({
      type: 'ok',
      task: 't1',
      status: 'failed',
      error: { code: -32602, message: 'the tool does not like it: file not found' },
      shape: [],
    });
    expect(tasks20251125.interpret('result', error, { ...input, lastStatus: 'working' })).toMatchObject({
      type: 'fail',
      reason: 'not-found',
    });
  });
  it('wants a fresh status exactly where a result is ambiguous', () => {
    const needs = (reply: Parameters<typeof tasks20251125.interpret>[1], over = {}, op: 'get' | 'result' = 'result') =>
      tasks20251125.needsStatus?.(op, reply, { ...input, ...over });
    expect(needs(errorReply(-32603, 'x'))).toBe(true);
    expect(needs(answered({ result: { ...TOOL_RESULT, isError: true } }), { lastStatus: 'working' })).toBe(true);
    expect(needs(errorReply(-32603, 'x'), { lastStatus: 'failed' })).toBe(false);
    expect(needs(answered({ result: TOOL_RESULT }))).toBe(false);
    expect(needs(errorReply(-32603, 'x'), {}, 'get')).toBe(false);
    expect(needs({ kind: 'timeout', aborted: false })).toBe(false);
  });
  it('reads a status notification and no other', () => {
    const push = { jsonrpc: '2.0' as const, method: 'notifications/tasks/status', params: LEGACY_TASK };
    expect(tasks20251125.push(push, input.target)).toEqual(SEEN_2025);
    expect(tasks20251125.push({ ...push, method: 'notifications/tasks' }, input.target)).toBeNull();
  });
});

describe('tasks-2026-07-28', () => {
  const input = createInput('tasks-2026-07-28');
  const complete = (task: Record<string, unknown>) => answered({ result: { resultType: 'complete', ...task } });
  it('names the task for routing', () => {
    const named = { params: { taskId: 't1' }, mcpName: 't1' };
    expect(tasks20260728.request('get', input)).toEqual({ method: 'tasks/get', ...named });
    expect(tasks20260728.request('result', input)).toEqual({ method: 'tasks/get', ...named });
    expect(tasks20260728.request('cancel', input)).toEqual({ method: 'tasks/cancel', ...named });
    expect(tasks20260728.request('create', { ...input, task: null })).toEqual({
      method: 'tools/call',
      params: { name: 'render', arguments: ARGUMENTS },
      mcpName: 'render',
    });
    expect(tasks20260728.request('list', input)).toBeNull();
  });
  it('reads the flat receipt, and a result that came at once', () => {
    const receipt = answered({ result: { resultType: 'task', ...MODERN_TASK } });
    expect(tasks20260728.interpret('create', receipt, { ...input, task: null })).toEqual({
      type: 'ok',
      ...SEEN_2026,
      shape: [],
    });
    expect(tasks20260728.interpret('create', complete(TOOL_RESULT), input)).toEqual({
      type: 'ok',
      status: 'completed',
      result: { resultType: 'complete', ...TOOL_RESULT },
      echo: 'tok-7',
      shape: [],
    });
  });
  it('reads result and error inside the task', () => {
    const done = complete({ ...MODERN_TASK, status: 'completed', result: TOOL_RESULT });
    const seen = { type: 'ok', ...SEEN_2026, shape: [] };
    expect(tasks20260728.interpret('get', done, input)).toEqual({ ...seen, status: 'completed', ...SEEN_RESULT });
    const failed = complete({ ...MODERN_TASK, status: 'failed', error: { code: -32603, message: 'no', data: 1 } });
    expect(tasks20260728.interpret('get', failed, input)).toEqual({
      ...seen,
      status: 'failed',
      error: { code: -32603, message: 'no' },
    });
  });
  it('knows of a cancel only that it was acknowledged', () => {
    expect(tasks20260728.interpret('cancel', complete({}), input)).toEqual({ type: 'ok', task: 't1', shape: [] });
  });
  it('does not take a question before the task for a broken reply', () => {
    const asks = answered({ result: { resultType: 'input_required', requestState: 'x' } });
    expect(tasks20260728.interpret('create', asks, input)).toEqual({
      type: 'info',
      reason: 'garbled',
      answered: true,
      message: 'the call asks for input before it becomes a task, and this target has no answer (tools.asking)',
      shape: [],
    });
  });
  it('reads a task notification with its result', () => {
    const params = { ...MODERN_TASK, status: 'completed', result: TOOL_RESULT };
    const push = { jsonrpc: '2.0' as const, method: 'notifications/tasks', params };
    expect(tasks20260728.push(push, input.target)).toEqual({ ...SEEN_2026, status: 'completed', ...SEEN_RESULT });
  });
});
