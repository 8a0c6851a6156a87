// What the server asks on the stream of a waiting request, by the numbers of this project's list of requirements.
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as blocking from './blocking.ts';
import type { ClientReply, RequestContext, ServerRequest, Session } from './dialect.ts';
import type { JsonObject } from './json-rpc.ts';
import * as tasks20251125 from './tasks-2025-11-25.ts';
import { createDialectKit, type DialectKit } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RELATED = 'io.modelcontextprotocol/related-task';
const YES: ClientReply = { kind: 'result', result: { action: 'accept', content: { approve: true } } };
const session = (): Session => ({ id: 's', protocolVersion: '2025-11-25', clientCapabilities: { elicitation: {} } });

/** A client's end of a stream: what it was asked, and a way to reply. */
function asked() {
  const open: { readonly request: ServerRequest; readonly reply: (reply: ClientReply) => void }[] = [];
  const withdrawn: ServerRequest[] = [];
  const request: NonNullable<RequestContext['request']> = (question, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        withdrawn.push(question);
        reject(signal.reason);
      };
      const reply = (given: ClientReply) => {
        signal.removeEventListener('abort', onAbort);
        resolve(given);
      };
      signal.addEventListener('abort', onAbort);
      open.push({ request: question, reply });
    });
  return { open, withdrawn, request };
}

const effect = (token: string, more: JsonObject = {}): JsonObject => ({
  name: 'effect',
  arguments: { token, ms: 600, mode: 'repeatable', ask: true, ...more },
});

async function startTask(face: DialectKit, own: Session, token = 't'): Promise<string> {
  const { task } = await face.ask('tools/call', { ...effect(token), task: {} }, { session: own });
  await vi.advanceTimersByTimeAsync(5);
  if (typeof task !== 'object' || task === null || !('taskId' in task)) throw new Error('expected a task');
  return String(task.taskId);
}

const statusOf = async (face: DialectKit, taskId: string) => (await face.ask('tasks/get', { taskId })).status;

describe('tasks of 2025-11-25', () => {
  test('2025-34, 2025-35, 2025-37: a task that needs input says so, asks on the stream of tasks/result, and goes on with the reply', async () => {
    await using face = await createDialectKit(tasks20251125);
    const own = session();
    const taskId = await startTask(face, own);
    expect(await statusOf(face, taskId)).toBe('input_required');
    const client = asked();
    const result = face.begin('tasks/result', { taskId }, { session: own, request: client.request });
    await vi.advanceTimersByTimeAsync(5);
    expect(client.open).toHaveLength(1);
    const question = ElicitRequestSchema.parse(client.open[0]?.request);
    expect(question.params).toMatchObject({ mode: 'form', _meta: { [RELATED]: { taskId } } });
    client.open[0]?.reply(YES);
    await vi.advanceTimersByTimeAsync(5);
    expect(await statusOf(face, taskId)).toBe('working');
    await vi.advanceTimersByTimeAsync(700);
    const meta = { [RELATED]: { taskId } };
    expect(await result.answer).toMatchObject({ result: { structuredContent: { token: 't' }, _meta: meta } });
    expect([client.open.length, client.withdrawn]).toEqual([1, []]);
  });

  test('2025-26: tasks/result opened before the question asks it when it comes', async () => {
    await using face = await createDialectKit(tasks20251125);
    const own = session();
    const { task } = await face.ask('tools/call', { ...effect('t'), task: {} }, { session: own });
    const taskId = typeof task === 'object' && task !== null && 'taskId' in task ? task.taskId : undefined;
    const client = asked();
    const result = face.begin('tasks/result', { taskId }, { session: own, request: client.request });
    await vi.advanceTimersByTimeAsync(5);
    client.open[0]?.reply(YES);
    await vi.advanceTimersByTimeAsync(700);
    expect(await result.answer).toMatchObject({ result: { structuredContent: { token: 't' } } });
  });

  test('a lost stream leaves the question open: the next tasks/result asks again, and the first answer counts', async () => {
    await using face = await createDialectKit(tasks20251125);
    const own = session();
    const taskId = await startTask(face, own);
    const [lost, second, third] = [asked(), asked(), asked()];
    const first = face.begin('tasks/result', { taskId }, { session: own, request: lost.request });
    await vi.advanceTimersByTimeAsync(5);
    first.abandon('disconnected');
    expect(await first.answer).toBeUndefined();
    expect(await statusOf(face, taskId)).toBe('input_required');

    const results = [second, third].map(({ request }) =>
      face.begin('tasks/result', { taskId }, { session: own, request }),
    );
    await vi.advanceTimersByTimeAsync(5);
    expect([lost, second, third].map(({ open }) => open.length)).toEqual([1, 1, 1]);
    second.open[0]?.reply(YES);
    await vi.advanceTimersByTimeAsync(5);
    expect([second.withdrawn.length, third.withdrawn.length]).toEqual([0, 1]); // The other client is told to forget it.
    await vi.advanceTimersByTimeAsync(700);
    for (const { answer } of results)
      expect(await answer).toMatchObject({ result: { structuredContent: { token: 't' } } });
  });

  test('2025-20: a declined question makes the task failed', async () => {
    await using face = await createDialectKit(tasks20251125);
    const own = session();
    const taskId = await startTask(face, own);
    const client = asked();
    const result = face.begin('tasks/result', { taskId }, { session: own, request: client.request });
    await vi.advanceTimersByTimeAsync(5);
    client.open[0]?.reply({ kind: 'result', result: { action: 'decline' } });
    await vi.advanceTimersByTimeAsync(5);
    expect(await result.answer).toMatchObject({ result: { isError: true } });
    expect(await statusOf(face, taskId)).toBe('failed');
  });

  test.each([
    [{ kind: 'error', error: { code: -32601, message: 'Method not found' } }, /Method not found/],
    [{ kind: 'result', result: { action: 'perhaps' } }, /the reply\.action/],
    [{ kind: 'result', result: undefined }, /the reply/],
  ] satisfies readonly (readonly [ClientReply, RegExp])[])(
    'a reply that is no answer (%j) ends the task as failed, and says why',
    async (reply, message) => {
      await using face = await createDialectKit(tasks20251125);
      const own = session();
      const taskId = await startTask(face, own);
      const client = asked();
      const result = face.begin('tasks/result', { taskId }, { session: own, request: client.request });
      await vi.advanceTimersByTimeAsync(5);
      client.open[0]?.reply(reply);
      await vi.advanceTimersByTimeAsync(5);
      expect(await result.answer).toMatchObject({ error: { code: -32603, message: expect.stringMatching(message) } });
      expect(await statusOf(face, taskId)).toBe('failed');
    },
  );

  test('a cancel while the client is asked ends the task and withdraws the question', async () => {
    await using face = await createDialectKit(tasks20251125);
    const own = session();
    const taskId = await startTask(face, own);
    const client = asked();
    const result = face.begin('tasks/result', { taskId }, { session: own, request: client.request });
    await vi.advanceTimersByTimeAsync(5);
    expect(await face.ask('tasks/cancel', { taskId })).toMatchObject({ status: 'cancelled' });
    await vi.advanceTimersByTimeAsync(5);
    expect(await result.answer).toMatchObject({ error: { data: { reason: 'cancelled' } } });
    expect(client.withdrawn).toHaveLength(1);
  });

  test('the SLA ends a task whose client never replies', async () => {
    await using face = await createDialectKit(tasks20251125, { limits: { slaMs: 2_000 } });
    const own = session();
    const taskId = await startTask(face, own);
    const client = asked();
    const result = face.begin('tasks/result', { taskId }, { session: own, request: client.request });
    await vi.advanceTimersByTimeAsync(2_500);
    expect(await result.answer).toMatchObject({ error: { data: { reason: 'timed-out' } } });
    expect(client.withdrawn).toHaveLength(1);
  });

  test('a client that did not declare elicitation is refused when it asks to be asked, and is never asked', async () => {
    await using face = await createDialectKit(tasks20251125);
    const mute: Session = { id: 'm', protocolVersion: '2025-11-25', clientCapabilities: {} };
    const data = { requiredCapabilities: { elicitation: { form: {} } } };
    for (const task of [{ task: {} }, {}]) {
      const refused = await face.refusal('tools/call', { ...effect('t'), ...task }, { session: mute });
      expect(refused).toMatchObject({ code: -32602, data });
    }
    expect(face.parts.events).toEqual([]);

    const taskId = await startTask(face, session());
    const client = asked();
    const result = face.begin('tasks/result', { taskId }, { session: mute, request: client.request });
    await vi.advanceTimersByTimeAsync(100);
    expect(client.open).toEqual([]);
    result.abandon('disconnected');
  });
});

describe('calls that wait', () => {
  test.each([
    ['blocking', blocking],
    ['tasks-2025-11-25 without a task', tasks20251125],
  ])('%s: what the work asks is asked on the stream of the call, and belongs to no task', async (_name, module) => {
    await using face = await createDialectKit(module);
    const client = asked();
    const call = face.begin('tools/call', effect('t'), { session: session(), request: client.request });
    await vi.advanceTimersByTimeAsync(5);
    const question = ElicitRequestSchema.parse(client.open[0]?.request);
    expect(question.params._meta).toBeUndefined();
    client.open[0]?.reply(YES);
    await vi.advanceTimersByTimeAsync(700);
    expect(await call.answer).toMatchObject({ result: { structuredContent: { token: 't' } } });
  });

  test('a retry with the same key is asked what is still open, and both get the result', async () => {
    await using face = await createDialectKit(blocking);
    const [first, second] = [asked(), asked()];
    const params = effect('t', { idempotency_key: 'k' });
    const lost = face.begin('tools/call', params, { session: session(), request: first.request });
    await vi.advanceTimersByTimeAsync(5);
    lost.abandon('disconnected');
    const call = face.begin('tools/call', params, { session: session(), request: second.request });
    await vi.advanceTimersByTimeAsync(5);
    second.open[0]?.reply(YES);
    await vi.advanceTimersByTimeAsync(700);
    expect(await call.answer).toMatchObject({ result: { structuredContent: { token: 't' } } });
    expect(face.parts.effects.committed).toEqual(['t']);
  });
});
