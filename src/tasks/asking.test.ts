import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSqliteStore } from '../stores/sqlite.ts';
import { effect } from '../tools/effect.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { InputRequest, TaskRecord } from './task.ts';
import type { SubmitRequest } from './task-engine.ts';
import {
  accepted,
  createKit,
  createRecordingLedger,
  type EngineKit,
  type KitOptions,
  requestOf,
} from './testing/engine-kit.ts';
import { mortal } from './testing/mortal-store.ts';

const kits: EngineKit[] = [];
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-asking-'));
  // Immediates stay real: SQLite commits in them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
});
afterEach(async () => {
  const closed = Promise.all(kits.splice(0).map(close));
  await vi.advanceTimersByTimeAsync(5_000);
  await closed;
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

async function close({ engine, store }: EngineKit): Promise<void> {
  await engine[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
}

async function kit(options: KitOptions = {}): Promise<EngineKit> {
  const made = await createKit(options);
  kits.push(made);
  return made;
}

const question = (message: string): InputRequest => ({ method: 'elicitation/create', params: { message } });
const YES = { kind: 'result', result: { action: 'accept', content: { approve: true } } } as const;

const asking = (parts: Partial<SubmitRequest> = {}): SubmitRequest =>
  requestOf({
    arguments: { token: 'token', ms: 600, mode: 'repeatable', ask: true },
    answerable: ['elicitation/create'],
    ...parts,
  });

/** A tool of a test: `effect` in all but what it does. */
const toolOf = (run: (context: ToolContext) => Promise<string>): KitOptions['tools'] => {
  const tool: Tool = {
    ...effect,
    parse: (args) => ({ ok: true, value: { args } }),
    run: async (_args, context) => ({ content: [{ type: 'text', text: await run(context) }] }),
  };
  return new Map([['effect', tool]]);
};

async function until(parts: EngineKit, { id }: TaskRecord, state: TaskRecord['state']): Promise<TaskRecord> {
  for (let waited = 0; waited < 200; waited++) {
    const task = await parts.engine.get('alice', id);
    if (task?.state === state) return task;
    await vi.advanceTimersByTimeAsync(10);
  }
  throw new Error(`expected task ${id} to become ${state} within 2 s`);
}

test('a task that asks gives up its worker, and goes on with the answer', async () => {
  const parts = await kit({ concurrency: 1 });
  const task = await accepted(parts.engine, asking());
  const waiting = await until(parts, task, 'input_required');
  expect(waiting).toMatchObject({ lease: null, runs: 1, statusMessage: 'Waiting for input.' });
  expect(waiting.inputs).toMatchObject([{ key: 'approval', request: { method: 'elicitation/create' }, answer: null }]);
  expect(parts.effects.begun).toEqual([]);

  const other = await accepted(parts.engine, requestOf({ token: 'other', ms: 5 })); // The one worker is free.
  await until(parts, other, 'settled');

  const answered = await parts.engine.answer('alice', task.id, { approval: YES });
  expect(answered).toMatchObject({ state: 'queued', inputs: [{ key: 'approval', answer: YES }] });
  const settled = await until(parts, task, 'settled');
  expect(settled.outcome).toMatchObject({ kind: 'result', result: { structuredContent: { token: 'token' } } });
  expect([settled.runs, parts.effects.committed]).toEqual([2, ['other', 'token']]);
});

test('an answer that comes in the same moment as the question is not lost', async () => {
  const parts = await kit({ concurrency: 1 });
  parts.engine.subscribe('alice', (task) => {
    if (task.state === 'input_required') void parts.engine.answer('alice', task.id, { approval: YES });
  });
  const task = await accepted(parts.engine, asking({ arguments: { token: 't', ms: 0, mode: 'plain', ask: true } }));
  await vi.advanceTimersByTimeAsync(5);
  expect(await parts.engine.get('alice', task.id)).toMatchObject({ state: 'settled', runs: 2 });
});

test('what is not outstanding is ignored: other keys, answered keys, ended tasks; and only the owner answers', async () => {
  const parts = await kit();
  const task = await accepted(parts.engine, asking());
  const waiting = await until(parts, task, 'input_required');
  expect(await parts.engine.answer('alice', task.id, { nonsense: YES, __proto__: YES })).toEqual(waiting);
  expect(await parts.engine.answer('bob', task.id, { approval: YES })).toBeUndefined();
  expect(await parts.engine.answer('alice', 'nothing', { approval: YES })).toBeUndefined();
  expect(await parts.engine.get('alice', task.id)).toEqual(waiting);
  await parts.engine.answer('alice', task.id, { approval: YES });
  const settled = await until(parts, task, 'settled');
  const no = { kind: 'result', result: { action: 'decline' } } as const;
  expect(await parts.engine.answer('alice', task.id, { approval: no })).toEqual(settled);
});

test('several questions at once may be answered one by one, in any order; the work goes on after the last', async () => {
  const tools = toolOf(async (context) => {
    const answers = await context.ask({ a: question('a?'), b: question('b?') });
    const last = await context.ask({ c: question('c?') });
    return JSON.stringify({ ...answers, ...last });
  });
  const parts = await kit({ tools });
  const task = await accepted(parts.engine, asking());
  await until(parts, task, 'input_required');
  const partly = await parts.engine.answer('alice', task.id, { b: YES, c: YES });
  expect(partly).toMatchObject({ state: 'input_required', inputs: [{ answer: null }, { answer: YES }] });
  await parts.engine.answer('alice', task.id, { a: YES });
  const again = await until(parts, task, 'input_required');
  expect(again.inputs.map(({ key, answer }) => [key, answer !== null])).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
  ]);
  await parts.engine.answer('alice', task.id, { c: YES });
  const { outcome } = await until(parts, task, 'settled');
  const text = JSON.stringify({ a: YES.result, b: YES.result, c: YES.result });
  expect(outcome).toEqual({ kind: 'result', result: { content: [{ type: 'text', text }] } });
});

test('a key is one question for ever: another question under it ends the task as failed', async () => {
  const parts = await kit({
    tools: toolOf(async (context) => {
      await context.ask({ a: question('first?') });
      await context.ask({ a: question('second?') });
      return 'never';
    }),
  });
  const task = await accepted(parts.engine, asking());
  await until(parts, task, 'input_required');
  await parts.engine.answer('alice', task.id, { a: YES });
  expect((await until(parts, task, 'settled')).outcome).toMatchObject({
    error: { data: { reason: 'tool-crashed' }, message: expect.stringContaining("'a' was asked for before") },
  });
});

test('who did not declare that it can be asked gets a failed task that says so, not a task that waits for ever', async () => {
  const parts = await kit();
  const task = await accepted(parts.engine, asking({ answerable: ['sampling/createMessage'] }));
  expect((await until(parts, task, 'settled')).outcome).toMatchObject({
    error: { code: -32021, data: { reason: 'cannot-ask', requiredCapabilities: { elicitation: { form: {} } } } },
  });
  expect(parts.effects.begun).toEqual([]);
});

test('a client that answers with an error ends the task as failed', async () => {
  const parts = await kit();
  const task = await accepted(parts.engine, asking());
  await until(parts, task, 'input_required');
  const error = { kind: 'error', error: { code: -32601, message: 'Method not found' } } as const;
  await parts.engine.answer('alice', task.id, { approval: error });
  expect((await until(parts, task, 'settled')).outcome).toMatchObject({
    error: { code: -32603, data: { reason: 'not-answered', code: -32601 } },
  });
  expect(parts.effects.begun).toEqual([]);
});

test('a task that waits for input can be cancelled, and outlives neither its SLA nor its time to live', async () => {
  const parts = await kit();
  const cancelled = await accepted(parts.engine, asking());
  const late = await accepted(parts.engine, asking({ maxWaitMs: 5_000 }));
  const expired = await accepted(parts.engine, asking({ ttlMs: 3_000 }));
  for (const task of [cancelled, late, expired]) await until(parts, task, 'input_required');
  expect(await parts.engine.cancel('alice', cancelled.id)).toMatchObject({ task: { state: 'cancelled' } });
  await vi.advanceTimersByTimeAsync(5_500);
  expect((await parts.engine.get('alice', late.id))?.outcome).toMatchObject({
    error: { message: 'The task timed out after 5000 ms, while it waited for input.', data: { reason: 'timed-out' } },
  });
  expect(await parts.engine.get('alice', expired.id)).toBeUndefined();
  for (const task of [cancelled, late, expired]) await parts.engine.answer('alice', task.id, { approval: YES });
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await parts.engine.get('alice', cancelled.id))?.state).toBe('cancelled');
  expect(parts.effects.begun).toEqual([]);
});

test('a tool that goes on although its question stopped it leaves no effect and settles nothing', async () => {
  const parts = await kit({
    tools: toolOf(async (context) => {
      await context.ask({ a: question('may I?') }).catch(() => {});
      await context.effects.commit('token', context.effectKey).catch(() => {});
      return 'did it all the same';
    }),
  });
  const task = await accepted(parts.engine, asking());
  await until(parts, task, 'input_required');
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await parts.engine.get('alice', task.id))?.state).toBe('input_required');
  expect(parts.effects.committed).toEqual([]);
});

test('a task waits for its input over a restart, with the same questions; what was answered is not asked again', async () => {
  const effects = createRecordingLedger();
  const openDisk = async () => mortal(await openSqliteStore({ directory }));
  const first = await openDisk();
  const one = await kit({ store: first.store, effects });
  const task = await accepted(one.engine, asking());
  const waiting = await until(one, task, 'input_required');
  first.die();

  const second = await openDisk();
  const two = await kit({ store: second.store, effects });
  expect(await two.engine.get('alice', task.id)).toEqual(waiting);
  await two.engine.answer('alice', task.id, { approval: YES });
  await until(two, task, 'running');
  await vi.advanceTimersByTimeAsync(300); // It was answered, and it is at work.
  second.die();

  const third = await openDisk();
  const three = await kit({ store: third.store, effects });
  const settled = await until(three, task, 'settled');
  expect(settled).toMatchObject({ runs: 3, outcome: { kind: 'result' }, inputs: [{ key: 'approval', answer: YES }] });
  expect(effects.committed).toEqual(['token']);
});

test('an answer that one process takes lets the work go on there, and wakes who waits in another', async () => {
  const effects = createRecordingLedger();
  const asked = await kit({ store: await openSqliteStore({ directory }), effects });
  const other = await kit({ store: await openSqliteStore({ directory }), effects });
  const task = await accepted(asked.engine, asking({ arguments: { token: 't', ms: 5_000, mode: 'plain', ask: true } }));
  const waiting = await until(asked, task, 'input_required');
  const seen = asked.engine.changed('alice', waiting, AbortSignal.timeout(60_000));
  const ended = asked.engine.wait('alice', task.id, AbortSignal.timeout(60_000));
  expect((await ended)?.state).toBe('input_required');
  await other.engine.answer('alice', task.id, { approval: YES });
  await vi.advanceTimersByTimeAsync(1_500); // Another process's changes are found by reading again.
  expect((await seen)?.state).toBe('running');
  const lease = (await asked.engine.get('alice', task.id))?.lease;
  await until(other, task, 'running');
  expect(lease?.worker).not.toBe(waiting.lease?.worker);
  const after = asked.engine.wait('alice', task.id, AbortSignal.timeout(60_000));
  await vi.advanceTimersByTimeAsync(6_500);
  expect(await after).toMatchObject({ state: 'settled', outcome: { kind: 'result' } });
  expect(effects.committed).toEqual(['t']);
});

test('an answer taken while the server goes down is kept for the next one', async () => {
  const effects = createRecordingLedger();
  const one = await kit({ store: await openSqliteStore({ directory }), effects });
  const task = await accepted(one.engine, asking());
  await until(one, task, 'input_required');
  await one.engine.drain(0);
  await one.engine.answer('alice', task.id, { approval: YES });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await one.engine.get('alice', task.id)).toMatchObject({ state: 'queued', runs: 1 });
  const two = await kit({ store: await openSqliteStore({ directory }), effects });
  await until(two, task, 'settled');
  expect(effects.committed).toEqual(['token']);
});

test('a record of a server that could not ask is read as one that asked nothing', async () => {
  const store = await openSqliteStore({ directory });
  const { decodeTask, encodeTask } = await import('./task-record.ts');
  const { taskOf } = await import('./testing/task-fixture.ts');
  const { answerable: _answerable, inputs: _inputs, ...old } = taskOf();
  expect(decodeTask(JSON.stringify(old))).toEqual(taskOf());
  expect(decodeTask(encodeTask(taskOf()))).toEqual(taskOf());
  await store[Symbol.asyncDispose]();
});
