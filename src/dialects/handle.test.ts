import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { RequestContext } from './dialect.ts';
import * as handle from './handle.ts';
import { JOB_OUTPUT_SCHEMA, JOB_STATUSES } from './job-payload.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import { createDialectKit, type DialectKit } from './testing/dialect-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const createFace = (options: Parameters<typeof createDialectKit>[1] = {}) => createDialectKit(handle, options);

/** What every answer of the tools must be, whatever happened. */
const payloadSchema = z.looseObject({
  task_ref: z.string().nullable(),
  status: z.enum([...JOB_STATUSES.open, ...JOB_STATUSES.final]),
  is_terminal: z.boolean(),
  message: z.string().min(1),
  result: z.looseObject({}).nullable(),
  error: z.looseObject({ reason: z.string(), message: z.string().min(1) }).nullable(),
  questions: z.record(z.string(), z.looseObject({ method: z.string() })).nullable(),
  poll_after_ms: z.int().positive().nullable(),
  retention: z.looseObject({ ttl_ms: z.int().nullable(), expires_at: z.iso.datetime().nullable() }).nullable(),
});

async function call(face: DialectKit, name: string, args: JsonObject, context: Partial<RequestContext> = {}) {
  const answer = await face.ask('tools/call', { name, arguments: args }, context);
  const payload = payloadSchema.parse(answer.structuredContent);
  expect(answer.content).toEqual([{ type: 'text', text: JSON.stringify(answer.structuredContent) }]);
  expect(payload.is_terminal).toBe(!['queued', 'processing', 'input_required'].includes(payload.status));
  expect(payload.poll_after_ms === null).toBe(payload.is_terminal);
  expect(payload.error !== null).toBe(['failed', 'cancelled', 'unknown', 'rejected'].includes(payload.status));
  expect(payload.questions !== null).toBe(payload.status === 'input_required');
  const isRefused = ['unknown', 'rejected'].includes(payload.status) || payload.message.startsWith('Nothing was taken');
  expect(answer.isError === true).toBe(isRefused);
  return payload;
}

const initiate = (face: DialectKit, token: string, more: JsonObject = {}, mode = 'repeatable') =>
  call(face, 'initiate_background_task', { operation: 'effect', arguments: { token, ms: 600, mode }, ...more });
const resolve = (face: DialectKit, ref: unknown, context: Partial<RequestContext> = {}) =>
  call(face, 'resolve_task_status', { task_ref: ref }, context);
const cancel = (face: DialectKit, ref: unknown, context: Partial<RequestContext> = {}) =>
  call(face, 'cancel_background_task', { task_ref: ref }, context);

describe('the tools', () => {
  test('are four, and their descriptions name states, partners, failures, keys, interval and retention', async () => {
    await using face = await createFace();
    const { tools } = await face.ask('tools/list');
    const listed = z
      .array(
        z.object({ name: z.string(), description: z.string(), outputSchema: z.unknown(), annotations: z.unknown() }),
      )
      .parse(tools);
    expect(listed.map((tool) => tool.name)).toEqual([
      'initiate_background_task',
      'resolve_task_status',
      'answer_background_task',
      'cancel_background_task',
    ]);
    for (const { description, outputSchema } of listed) {
      for (const status of [...JOB_STATUSES.open, ...JOB_STATUSES.final]) expect(description).toContain(status);
      expect(description).toMatch(/final/);
      expect(outputSchema).toEqual(JOB_OUTPUT_SCHEMA);
    }
    expect(listed[0]?.description).toMatch(/at once.*later.*idempotency_key/s);
    expect(listed[0]?.description).toMatch(/retention.*Operations:.*effect/s);
    expect(listed[1]?.description).toMatch(/poll_after_ms/);
  });

  test('the start tool publishes every operation with the schema of its arguments, and the two common ones', async () => {
    await using face = await createFace();
    const { tools } = await face.ask('tools/list');
    const schema =
      Array.isArray(tools) && isObject(tools[0]) && isObject(tools[0].inputSchema) ? tools[0].inputSchema : {};
    expect(schema.properties).toMatchObject({
      idempotency_key: { type: 'string' },
      max_wait_seconds: { type: 'number' },
    });
    expect(schema.allOf).toHaveLength(7);
    expect(schema.allOf).toContainEqual(
      expect.objectContaining({
        if: { properties: { operation: { const: 'effect' } } },
        // biome-ignore lint/suspicious/noThenProperty: the JSON Schema keyword.
        then: { properties: { arguments: expect.objectContaining({ required: expect.arrayContaining(['token']) }) } },
      }),
    );
  });
});

describe('a task', () => {
  test('is queued, then processing, then completed with its result, and stays so', async () => {
    await using face = await createFace();
    const receipt = await initiate(face, 'a');
    expect(receipt).toMatchObject({ status: 'queued', result: null, retention: { ttl_ms: 86_400_000 } });
    await vi.advanceTimersByTimeAsync(300);
    expect(await resolve(face, receipt.task_ref)).toMatchObject({ status: 'processing', result: null });
    await vi.advanceTimersByTimeAsync(400);
    const done = await resolve(face, receipt.task_ref);
    expect(done).toMatchObject({ status: 'completed', result: { structuredContent: { token: 'a' } } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await resolve(face, receipt.task_ref)).toEqual(done);
  });

  test("whose tool reports an error is failed, with the reason and the tool's own result", async () => {
    await using face = await createFace();
    const { task_ref } = await initiate(face, 'a', {}, 'error');
    await vi.advanceTimersByTimeAsync(700);
    expect(await resolve(face, task_ref)).toMatchObject({
      status: 'failed',
      error: { reason: 'tool_error' },
      result: { isError: true },
    });
  });

  test('that throws is failed, with the code', async () => {
    await using face = await createFace();
    const { task_ref } = await initiate(face, 'a', {}, 'throw');
    await vi.advanceTimersByTimeAsync(700);
    expect(await resolve(face, task_ref)).toMatchObject({
      status: 'failed',
      error: { reason: 'execution_error', code: 1001 },
      result: null,
    });
  });

  test('that takes longer than max_wait_seconds is failed', async () => {
    await using face = await createFace();
    const args = { operation: 'effect', arguments: { token: 'a', ms: 60_000 }, max_wait_seconds: 1 };
    const { task_ref } = await call(face, 'initiate_background_task', args);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await resolve(face, task_ref)).toMatchObject({ status: 'failed', error: { reason: 'execution_error' } });
  });

  test('can be cancelled, which stops its work; cancelling again changes nothing', async () => {
    await using face = await createFace();
    const { task_ref } = await initiate(face, 'a');
    await vi.advanceTimersByTimeAsync(100);
    expect(await cancel(face, task_ref)).toMatchObject({ status: 'cancelled', error: { reason: 'cancelled' } });
    expect(await cancel(face, task_ref)).toMatchObject({ status: 'cancelled' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(face.parts.effects.committed).toEqual([]);
    expect(await resolve(face, task_ref)).toMatchObject({ status: 'cancelled' });
  });

  test('that is done is not cancelled: the answer says how it ended', async () => {
    await using face = await createFace();
    const { task_ref } = await initiate(face, 'a');
    await vi.advanceTimersByTimeAsync(700);
    expect(await cancel(face, task_ref)).toMatchObject({
      status: 'completed',
      message: expect.stringMatching(/before/),
    });
    expect(await resolve(face, task_ref)).toMatchObject({ status: 'completed' });
  });

  test('started twice with one key is one task', async () => {
    await using face = await createFace();
    const first = await initiate(face, 'a', { idempotency_key: 'k' });
    expect((await initiate(face, 'a', { idempotency_key: 'k' })).task_ref).toBe(first.task_ref);
    await vi.advanceTimersByTimeAsync(700);
    expect(await initiate(face, 'a', { idempotency_key: 'k' })).toMatchObject({ status: 'completed' });
    expect(face.parts.effects.committed).toEqual(['a']);
  });
});

describe('a refusal', () => {
  test('an unknown reference gets a final answer, and one that is no text too', async () => {
    await using face = await createFace();
    for (const ref of ['no-such-ref', '', undefined, null, 7, { a: 1 }]) {
      for (const ask of [resolve, cancel]) {
        expect(await ask(face, ref)).toMatchObject({
          status: 'unknown',
          is_terminal: true,
          error: { reason: 'not_found' },
        });
      }
    }
  });

  test("somebody else's reference is unknown, and the task is not touched", async () => {
    await using face = await createFace();
    const { task_ref } = await initiate(face, 'a');
    for (const ask of [resolve, cancel]) {
      expect(await ask(face, task_ref, { principal: 'mallory' })).toMatchObject({ status: 'unknown' });
    }
    await vi.advanceTimersByTimeAsync(700);
    expect(await resolve(face, task_ref)).toMatchObject({ status: 'completed' });
  });

  test('a reference that is kept no longer is unknown', async () => {
    const ttl = { defaultMs: 2_000, minMs: 1_000, maxMs: 10_000 };
    await using face = await createFace({ limits: { ttl } });
    const { task_ref } = await initiate(face, 'a');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await resolve(face, task_ref)).toMatchObject({ status: 'unknown', is_terminal: true });
  });

  test('a key with other arguments is rejected and says which key', async () => {
    await using face = await createFace();
    await initiate(face, 'a', { idempotency_key: 'k1' });
    expect(await initiate(face, 'b', { idempotency_key: 'k1' })).toMatchObject({
      status: 'rejected',
      error: { reason: 'key_conflict', message: expect.stringContaining("'k1'") },
    });
  });

  test('a full server rejects; a stopping one says so as the protocol does, so that nobody takes it for the last word', async () => {
    await using face = await createFace({ concurrency: 1, waitingMax: 1 });
    await initiate(face, 'a');
    await initiate(face, 'b');
    expect(await initiate(face, 'c')).toMatchObject({
      status: 'rejected',
      error: { reason: 'full', retry_after_ms: expect.any(Number) },
    });
    const drained = face.parts.engine.drain(0);
    const call = {
      name: 'initiate_background_task',
      arguments: { operation: 'effect', arguments: { token: 'd', ms: 1 } },
    };
    expect(await face.refusal('tools/call', call)).toMatchObject({
      code: -32000,
      data: { reason: 'draining' },
      httpStatus: 503,
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
  });

  test.each([
    ['no operation', {}],
    ['an unknown operation', { operation: 'nothing' }],
    ['arguments that are no object', { operation: 'effect', arguments: 'a' }],
    ['an argument of the wrong type', { operation: 'effect', arguments: { token: 'a', ms: 'long' } }],
    ['an argument that is not there', { operation: 'effect', arguments: { token: 'a' }, colour: 'red' }],
  ])('%s is rejected and starts nothing', async (_, args) => {
    await using face = await createFace();
    expect(await call(face, 'initiate_background_task', args)).toMatchObject({
      status: 'rejected',
      error: { reason: 'invalid_arguments' },
    });
    expect(face.parts.effects.begun).toEqual([]);
  });

  test('an unknown tool, and arguments that are no object, are -32602', async () => {
    await using face = await createFace();
    expect(await face.refusal('tools/call', { name: 'effect', arguments: {} })).toMatchObject({ code: -32602 });
    expect(await face.refusal('tools/call', { name: 'resolve_task_status', arguments: 'x' })).toMatchObject({
      code: -32602,
    });
  });

  test('there are no protocol tasks here: params.task is ignored, tasks/get is -32601', async () => {
    await using face = await createFace();
    const params = { name: 'resolve_task_status', arguments: { task_ref: 'x' }, task: {} };
    expect(await face.ask('tools/call', params)).toMatchObject({ structuredContent: { status: 'unknown' } });
    expect(await face.refusal('tasks/get', { taskId: 'x' })).toMatchObject({ code: -32601 });
  });
});

describe('input', () => {
  const asking = async (face: DialectKit, more: JsonObject = { ask: true }) => {
    const own = { token: 't', ms: 600, mode: 'repeatable', ...more };
    const { task_ref } = await call(face, 'initiate_background_task', { operation: 'effect', arguments: own });
    await vi.advanceTimersByTimeAsync(5);
    return String(task_ref);
  };
  const answer = (face: DialectKit, ref: unknown, answers: unknown, context: Partial<RequestContext> = {}) =>
    call(face, 'answer_background_task', { task_ref: ref, answers }, context);
  const YES = { action: 'accept', content: { approve: true } };

  test('what the work asks stands in its status; answered, it goes on; answering again changes nothing', async () => {
    await using face = await createFace();
    const ref = await asking(face);
    const waiting = await resolve(face, ref);
    expect(waiting).toMatchObject({ status: 'input_required', message: 'Waiting for input.' });
    expect(waiting.questions).toMatchObject({ approval: { method: 'elicitation/create', params: { mode: 'form' } } });
    expect((await answer(face, ref, { approval: YES, nonsense: 7 })).status).toBe('queued');
    await vi.advanceTimersByTimeAsync(700);
    expect(await resolve(face, ref)).toMatchObject({
      status: 'completed',
      result: { structuredContent: { token: 't' } },
    });
    expect((await answer(face, ref, { approval: { action: 'decline' } })).status).toBe('completed');
    expect(face.parts.effects.committed).toEqual(['t']);
  });

  test('asked before and during: here both are asked of the task, one after the other', async () => {
    await using face = await createFace();
    const ref = await asking(face, { ask: true, ask_first: true });
    expect(Object.keys((await resolve(face, ref)).questions ?? {})).toEqual(['approval-before-start']);
    await answer(face, ref, { 'approval-before-start': YES });
    await vi.advanceTimersByTimeAsync(5);
    expect(Object.keys((await resolve(face, ref)).questions ?? {})).toEqual(['approval']);
    await answer(face, ref, { approval: { action: 'decline' } });
    await vi.advanceTimersByTimeAsync(5);
    expect(await resolve(face, ref)).toMatchObject({ status: 'failed', error: { reason: 'tool_error' } });
    expect(face.parts.effects.begun).toEqual([]);
  });

  test.each([[undefined], ['yes'], [{ approval: 'yes' }], [{ approval: { action: 'perhaps' } }]])(
    'answers that are none (%j) are refused, and the question stays',
    async (answers) => {
      await using face = await createFace();
      const ref = await asking(face);
      expect(await answer(face, ref, answers)).toMatchObject({ status: 'input_required', is_terminal: false });
      expect((await resolve(face, ref)).status).toBe('input_required');
    },
  );

  test('only its owner can answer, and an unknown reference is unknown', async () => {
    await using face = await createFace();
    const ref = await asking(face);
    expect((await answer(face, ref, { approval: YES }, { principal: 'bob' })).status).toBe('unknown');
    expect((await answer(face, 'nothing', {})).status).toBe('unknown');
    expect((await answer(face, 7, {})).status).toBe('unknown');
    expect(await cancel(face, ref)).toMatchObject({ status: 'cancelled', questions: null });
  });
});
