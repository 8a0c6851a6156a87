// Questions before there is a task, in revision 2026-07-28 (basic/patterns/mrtr).
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStateSecret } from '../state-secret.ts';
import type { InputRequests } from '../tasks/input-methods.ts';
import { createTools } from '../tools/index.ts';
import { takeRound } from './input-rounds.ts';
import type { JsonObject } from './json-rpc.ts';
import { createRequestStates } from './request-state.ts';
import * as tasks20260728 from './tasks-2026-07-28.ts';
import { createDialectKit } from './testing/dialect-kit.ts';
import { readCall } from './tool-call.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-rounds-'));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const VERSION = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const ASKABLE = { ...VERSION, [CAPABILITIES]: { ...TASKS, elicitation: {} } };
const TASKLESS = { ...VERSION, [CAPABILITIES]: { elicitation: { form: {} } } };
const YES = { action: 'accept', content: { approve: true } };
const FIRST = 'approval-before-start';

const effect = (more: JsonObject = {}, _meta: JsonObject = ASKABLE): JsonObject => ({
  name: 'effect',
  arguments: { token: 't', ms: 600, mode: 'repeatable', ask_first: true, ...more },
  _meta,
});

const createFace = (options: Parameters<typeof createDialectKit>[1] = {}) => createDialectKit(tasks20260728, options);

describe('tools/call', () => {
  test('is answered with its question before there is a task; sent again with the answer and the state it becomes one', async () => {
    await using face = await createFace();
    const asking = await face.ask('tools/call', effect());
    expect(asking).toMatchObject({
      resultType: 'input_required',
      inputRequests: { [FIRST]: { method: 'elicitation/create', params: { mode: 'form' } } },
      requestState: expect.any(String),
    });
    expect(face.parts.events).toEqual([]);
    const retry = { ...effect(), requestState: asking.requestState, inputResponses: { [FIRST]: YES, nonsense: 7 } };
    const receipt = await face.ask('tools/call', retry);
    expect(receipt).toMatchObject({ resultType: 'task', status: 'working' });
    await vi.advanceTimersByTimeAsync(700);
    const task = await face.ask('tasks/get', { taskId: receipt.taskId, _meta: ASKABLE });
    expect(task).toMatchObject({ status: 'completed', result: { structuredContent: { token: 't' } } });
    expect(face.parts.effects.committed).toEqual(['t']);
  });

  test('one state starts one task, however often it is sent; without a state the caller is asked again', async () => {
    await using face = await createFace();
    const { requestState } = await face.ask('tools/call', effect());
    const retry = { ...effect(), requestState, inputResponses: { [FIRST]: YES } };
    const receipts = await Promise.all([1, 2, 3].map(() => face.ask('tools/call', retry)));
    expect(new Set(receipts.map(({ taskId }) => taskId)).size).toBe(1);
    const again = await face.ask('tools/call', { ...effect(), inputResponses: { [FIRST]: YES } });
    expect(again.resultType).toBe('input_required');
    expect(again.requestState).not.toBe(requestState);
    await vi.advanceTimersByTimeAsync(700);
    expect(face.parts.effects.committed).toEqual(['t']);
  });

  test('with an idempotency key two conversations lead to one task', async () => {
    await using face = await createFace();
    const params = effect({ idempotency_key: 'k' });
    const answered = async () => {
      const { requestState } = await face.ask('tools/call', params);
      return face.ask('tools/call', { ...params, requestState, inputResponses: { [FIRST]: YES } });
    };
    const [first, second] = [await answered(), await answered()];
    expect(second.taskId).toBe(first.taskId);
  });

  test('an answer that is missing is asked for again; one that is none is -32602; a no is a result', async () => {
    await using face = await createFace();
    const { requestState } = await face.ask('tools/call', effect());
    const empty = await face.ask('tools/call', { ...effect(), requestState, inputResponses: {} });
    expect(empty).toMatchObject({ resultType: 'input_required', inputRequests: { [FIRST]: {} } });
    const wrong = { ...effect(), requestState: empty.requestState, inputResponses: { [FIRST]: 'yes' } };
    expect(await face.refusal('tools/call', wrong)).toMatchObject({ code: -32602 });
    expect(await face.refusal('tools/call', { ...wrong, inputResponses: 7 })).toMatchObject({ code: -32602 });
    expect(face.parts.events).toEqual([]);
    const no = { ...effect(), requestState: empty.requestState, inputResponses: { [FIRST]: { action: 'decline' } } };
    const { taskId } = await face.ask('tools/call', no);
    await vi.advanceTimersByTimeAsync(10);
    const task = await face.ask('tasks/get', { taskId, _meta: ASKABLE });
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } });
    expect(face.parts.effects.begun).toEqual([]);
  });

  test('2026-14: asked before and during: the task begins when the first is answered, and then needs the other', async () => {
    await using face = await createFace();
    const params = effect({ ask: true });
    const asking = await face.ask('tools/call', params);
    expect(Object.keys(Object(asking.inputRequests))).toEqual([FIRST]);
    const { requestState } = asking;
    const { taskId } = await face.ask('tools/call', { ...params, requestState, inputResponses: { [FIRST]: YES } });
    await vi.advanceTimersByTimeAsync(10);
    const waiting = await face.ask('tasks/get', { taskId, _meta: ASKABLE });
    expect(waiting.status).toBe('input_required');
    expect(Object.keys(Object(waiting.inputRequests))).toEqual(['approval']);
    await face.ask('tasks/update', { taskId, inputResponses: { approval: YES }, _meta: ASKABLE });
    await vi.advanceTimersByTimeAsync(700);
    expect(await face.ask('tasks/get', { taskId, _meta: ASKABLE })).toMatchObject({ status: 'completed' });
  });

  test('a client that knows no tasks is asked everything before, and gets the result itself', async () => {
    await using face = await createFace();
    const params = effect({ ask: true }, TASKLESS);
    const asking = await face.ask('tools/call', params);
    expect(Object.keys(Object(asking.inputRequests))).toEqual([FIRST, 'approval']);
    const half = { ...params, requestState: asking.requestState, inputResponses: { approval: YES } };
    const rest = await face.ask('tools/call', half);
    expect(Object.keys(Object(rest.inputRequests))).toEqual([FIRST]);
    const answered = { ...params, requestState: rest.requestState, inputResponses: { [FIRST]: YES } };
    const call = face.begin('tools/call', answered);
    await vi.advanceTimersByTimeAsync(700);
    expect(await call.answer).toMatchObject({ result: { resultType: 'complete', structuredContent: { token: 't' } } });
  });

  test('a client that did not declare elicitation is not asked but refused', async () => {
    await using face = await createFace();
    const _meta = { ...VERSION, [CAPABILITIES]: TASKS };
    const refusal = await face.refusal('tools/call', effect({}, _meta));
    expect(refusal).toMatchObject({ code: -32021, data: { requiredCapabilities: { elicitation: { form: {} } } } });
  });
});

describe('requestState', () => {
  test.each([
    [
      'changed',
      (state: string) => `${state.slice(0, 5)}${state[5] === 'A' ? 'B' : 'A'}${state.slice(6)}`,
      {},
      'not-ours',
    ],
    ['cut', (state: string) => state.slice(0, -1), {}, 'not-ours'],
    ['lengthened', (state: string) => `${state}.x`, {}, 'not-ours'],
    ['spelled otherwise', (state: string) => `${state}=`, {}, 'not-ours'],
    ['empty', () => '', {}, 'not-ours'],
    ['sent with other arguments', (state: string) => state, { token: 'other' }, 'foreign'],
    ['sent with another key', (state: string) => state, { idempotency_key: 'k' }, 'foreign'],
    ['sent with another SLA', (state: string) => state, { max_wait_seconds: 5 }, 'foreign'],
    ['sent with a call that asks nothing', (state: string) => state, { ask_first: false }, 'foreign'],
  ])('%s is -32602, and starts nothing', async (_how, spoil, more, state) => {
    await using face = await createFace();
    const { requestState } = await face.ask('tools/call', effect());
    const retry = { ...effect(more), requestState: spoil(String(requestState)), inputResponses: { [FIRST]: YES } };
    const refusal = await face.refusal('tools/call', retry);
    expect(refusal).toMatchObject({ code: -32602, data: { reason: 'request-state', state } });
    expect(refusal.message).toContain('params.requestState');
    expect(face.parts.events).toEqual([]);
  });

  test('of another caller, of another tool, or after ten minutes is -32602; what is no string is too', async () => {
    await using face = await createFace();
    const { requestState } = await face.ask('tools/call', effect());
    const retry = { ...effect(), requestState, inputResponses: { [FIRST]: YES } };
    const foreign = { code: -32602, data: { state: 'foreign' } };
    expect(await face.refusal('tools/call', retry, { principal: 'bob' })).toMatchObject(foreign);
    const other = { ...retry, name: 'generate_report', arguments: { token: 't', ms: 600, ask_first: true } };
    expect(await face.refusal('tools/call', other)).toMatchObject(foreign);
    expect(await face.refusal('tools/call', { ...retry, requestState: 7 })).toMatchObject({ code: -32602 });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await face.refusal('tools/call', retry)).toMatchObject({ code: -32602, data: { state: 'expired' } });
    expect(face.parts.events).toEqual([]);
  });

  test('of an earlier process on the same directory counts; of a server elsewhere it does not', () => {
    const tool = createTools().get('effect');
    if (tool === undefined) throw new Error('expected a tool named effect');
    const call = readCall(tool, effect());
    const now = () => Date.now();
    const round = (secret: () => Uint8Array, params: JsonObject) =>
      takeRound(call.questions.first, {
        states: createRequestStates({ secret, now }),
        call,
        params,
        principal: 'alice',
      });
    const asking = round(createStateSecret(directory), effect());
    const requestState = asking.kind === 'asking' ? asking.result.requestState : undefined;
    const retry = { ...effect(), requestState, inputResponses: { [FIRST]: YES } };
    expect(round(createStateSecret(directory), retry).kind).toBe('answered');
    expect(() => round(createStateSecret(undefined), retry)).toThrow(/was not made by this server/);
    expect(statSync(join(directory, 'secret.key')).mode & 0o777).toBe(0o600);
    writeFileSync(join(directory, 'secret.key'), 'short');
    expect(() => createStateSecret(directory)()).toThrow(/holds 5 bytes in place of 32/);
  });

  test('no text but one that was sealed opens', () => {
    const states = createRequestStates({ secret: createStateSecret(undefined), now: () => 0 });
    const binding = { principal: 'alice', request: 'r' };
    const sealed = states.seal(binding);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const text = `${sealed.slice(0, at)}${character}${sealed.slice(at + 1)}`;
        expect(typeof states.open(text, binding)).toBe(text === sealed ? 'object' : 'string');
      }),
    );
  });
});

test('questions of one key more are asked one after another, with what is answered kept in the state', () => {
  const tool = createTools().get('effect');
  if (tool === undefined) throw new Error('expected a tool named effect');
  const states = createRequestStates({ secret: createStateSecret(undefined), now: () => 0 });
  const question = { method: 'elicitation/create', params: { message: '?' } } as const;
  const questions: InputRequests = { a: question, b: question, c: question };
  const options = { states, call: readCall(tool, effect()), principal: 'alice' };
  let params: JsonObject = {};
  const keys: (readonly string[])[] = [];
  for (const key of ['b', 'c', 'a']) {
    const round = takeRound(questions, { ...options, params });
    if (round.kind !== 'asking') throw new Error('expected to be asked');
    keys.push(Object.keys(Object(round.result.inputRequests)));
    params = {
      requestState: round.result.requestState,
      inputResponses: { [key]: { action: 'accept', content: { key } } },
    };
  }
  expect(keys).toEqual([['a', 'b', 'c'], ['a', 'c'], ['a']]);
  const last = takeRound(questions, { ...options, params });
  expect(last).toMatchObject({
    kind: 'answered',
    answered: ['a', 'b', 'c'].map((key) => ({ key, request: question, answer: { result: { content: { key } } } })),
  });
});
