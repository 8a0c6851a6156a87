import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTools } from '../tools/index.ts';
import type { Tool } from '../tools/tool.ts';
import { accepted, createKit, requestOf } from './testing/engine-kit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new AbortController().signal;

test('a task is queued, runs, and settles with its result after its one effect', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf({ token: 't1', ms: 600 }));
  expect(task.state).toBe('queued');
  await vi.advanceTimersByTimeAsync(300);
  expect((await kit.engine.get('alice', task.id))?.state).toBe('running');
  expect(kit.effects).toMatchObject({ begun: ['t1'], committed: [] });
  await vi.advanceTimersByTimeAsync(301);
  const settled = await kit.engine.get('alice', task.id);
  expect(settled).toMatchObject({ state: 'settled', lease: null, runs: 1, fence: 1, statusMessage: 'Done.' });
  expect(settled?.outcome).toMatchObject({ kind: 'result', result: { structuredContent: { token: 't1' } } });
  expect(kit.effects.committed).toEqual(['t1']);
});

test('one key submitted many times at once is one task and one effect', async () => {
  await using kit = disposable(await createKit());
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => kit.engine.submit(requestOf({ idempotencyKey: 'k' }))),
  );
  const ids = new Set(answers.map((answer) => (answer.kind === 'accepted' ? answer.task.id : answer.kind)));
  expect(ids.size).toBe(1);
  expect(answers.filter((answer) => answer.kind === 'accepted' && answer.isNew)).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(700);
  expect(kit.effects.committed).toEqual(['token']);
});

test('many who wait at once raise no alarm', async () => {
  const warned: string[] = [];
  const hear = (warning: Error) => warned.push(warning.name);
  process.on('warning', hear);
  try {
    await using kit = disposable(await createKit());
    const task = await accepted(kit.engine, requestOf({ ms: 100 }));
    const waits = Array.from({ length: 40 }, () => kit.engine.wait('alice', task.id, never()));
    await vi.advanceTimersByTimeAsync(200);
    expect((await Promise.all(waits)).map((found) => found?.state)).toEqual(Array(40).fill('settled'));
    await new Promise((resolve) => process.nextTick(resolve));
  } finally {
    process.off('warning', hear);
  }
  expect(warned).toEqual([]);
});

test('a key with other arguments is a conflict, whatever the order of the keys; another principal has its own', async () => {
  await using kit = disposable(await createKit());
  const first = await accepted(kit.engine, requestOf({ idempotencyKey: 'k', arguments: { token: 'a', ms: 1 } }));
  const reordered = await kit.engine.submit(requestOf({ idempotencyKey: 'k', arguments: { ms: 1, token: 'a' } }));
  expect(reordered).toMatchObject({ kind: 'accepted', isNew: false, task: { id: first.id } });
  const other = await kit.engine.submit(requestOf({ idempotencyKey: 'k', arguments: { token: 'b', ms: 1 } }));
  expect(other).toMatchObject({ kind: 'conflict', task: { id: first.id } });
  const bob = await accepted(
    kit.engine,
    requestOf({ principal: 'bob', idempotencyKey: 'k', arguments: { token: 'b', ms: 1 } }),
  );
  expect(bob.id).not.toBe(first.id);
});

test('nobody else reads, waits for, cancels or lists a task', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf());
  expect(await kit.engine.get('bob', task.id)).toBeUndefined();
  expect(await kit.engine.wait('bob', task.id, never())).toBeUndefined();
  expect(await kit.engine.cancel('bob', task.id)).toEqual({ kind: 'unknown' });
  expect(await kit.engine.list('bob', { limit: 10 })).toEqual({ tasks: [] });
  expect((await kit.engine.get('alice', task.id))?.state).not.toBe('cancelled');
});

test('a full queue refuses with advice, and takes work again when there is room', async () => {
  await using kit = disposable(await createKit({ concurrency: 1, waitingMax: 1 }));
  await accepted(kit.engine, requestOf({ token: 'a' }));
  await accepted(kit.engine, requestOf({ token: 'b' }));
  const third = await kit.engine.submit(requestOf({ token: 'c' }));
  expect(third).toMatchObject({ kind: 'full', queued: 1 });
  expect(third.kind === 'full' && third.retryAfterMs > 0).toBe(true);
  await vi.advanceTimersByTimeAsync(700);
  await accepted(kit.engine, requestOf({ token: 'c' }));
  await vi.advanceTimersByTimeAsync(1_300);
  expect(kit.effects.committed).toEqual(['a', 'b', 'c']);
});

test('a cancel stops the work, leaves no effect and is final', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf());
  await vi.advanceTimersByTimeAsync(300);
  const answer = await kit.engine.cancel('alice', task.id, 'changed my mind');
  expect(answer).toMatchObject({
    kind: 'cancelled',
    task: { state: 'cancelled', statusMessage: 'Cancelled: changed my mind' },
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await kit.engine.get('alice', task.id)).toEqual(answer.kind === 'cancelled' && answer.task);
  expect(kit.effects.committed).toEqual([]);
  expect(await kit.engine.cancel('alice', task.id)).toMatchObject({ kind: 'already-terminal' });
  expect(await kit.engine.cancel('alice', 'nothing')).toEqual({ kind: 'unknown' });
});

test('what exceeds its SLA is settled as failed and its work stopped, queued or running', async () => {
  await using kit = disposable(await createKit({ concurrency: 1 }));
  const running = await accepted(kit.engine, requestOf({ token: 'a', ms: 60_000, maxWaitMs: 1_000 }));
  const queued = await accepted(kit.engine, requestOf({ token: 'b', ms: 10, maxWaitMs: 500 }));
  await vi.advanceTimersByTimeAsync(1_300);
  expect(await kit.engine.get('alice', running.id)).toMatchObject({
    state: 'settled',
    outcome: {
      kind: 'error',
      error: { code: -32603, message: 'The task timed out after 1000 ms, while it was running.' },
    },
  });
  expect(await kit.engine.get('alice', queued.id)).toMatchObject({
    outcome: { kind: 'error', error: { message: 'The task timed out after 500 ms, before it was started.' } },
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kit.effects.committed).toEqual([]);
});

test('a task that outlives its time to live is stopped and forgotten, and its key is free again', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf({ ms: 60_000, ttlMs: 2_000, idempotencyKey: 'k' }));
  await vi.advanceTimersByTimeAsync(1_999);
  expect(await kit.engine.get('alice', task.id)).toMatchObject({ state: 'running', ttlMs: 2_000 });
  await vi.advanceTimersByTimeAsync(1);
  expect(await kit.engine.get('alice', task.id)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(300);
  expect(await kit.store.get(task.id)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kit.effects.committed).toEqual([]);
  const again = await accepted(kit.engine, requestOf({ ms: 60_000, idempotencyKey: 'k' }));
  expect(again.id).not.toBe(task.id);
});

test('the time to live is counted from creation, not from completion', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf({ ms: 1_500, ttlMs: 2_000 }));
  await vi.advanceTimersByTimeAsync(1_999);
  expect((await kit.engine.get('alice', task.id))?.state).toBe('settled');
  await vi.advanceTimersByTimeAsync(1);
  expect(await kit.engine.get('alice', task.id)).toBeUndefined();
});

test('a wait wakes when the task settles and not before', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf({ ms: 600 }));
  let seen: string | undefined;
  const waited = kit.engine.wait('alice', task.id, never()).then((found) => {
    seen = found?.state;
  });
  await vi.advanceTimersByTimeAsync(599);
  expect(seen).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toBe('settled');
  await waited;
});

test('a wait rejects with the reason of its signal', async () => {
  await using kit = disposable(await createKit());
  const task = await accepted(kit.engine, requestOf({ ms: 600 }));
  const gone = new AbortController();
  const waited = kit.engine.wait('alice', task.id, gone.signal);
  const reason = new Error('client gone');
  gone.abort(reason);
  await expect(waited).rejects.toBe(reason);
  await vi.advanceTimersByTimeAsync(600);
  expect(kit.effects.committed).toEqual(['token']);
});

test('subscribers hear every change of their own tasks, in order', async () => {
  await using kit = disposable(await createKit());
  const heard: string[] = [];
  const stop = kit.engine.subscribe('alice', (task) => heard.push(task.state));
  kit.engine.subscribe('bob', () => heard.push('bob'));
  kit.engine.subscribe('alice', () => {
    throw new Error('a listener of ours is broken');
  });
  await accepted(kit.engine, requestOf({ ms: 10 }));
  await vi.advanceTimersByTimeAsync(20);
  expect(heard).toEqual(['queued', 'running', 'settled']);
  stop();
  await accepted(kit.engine, requestOf({ ms: 10 }));
  await vi.advanceTimersByTimeAsync(20);
  expect(heard).toHaveLength(3);
});

test('lists go newest first through opaque cursors, each task once', async () => {
  await using kit = disposable(await createKit());
  const ids: string[] = [];
  for (let taskIndex = 0; taskIndex < 7; taskIndex++) {
    ids.push((await accepted(kit.engine, requestOf({ token: `t${taskIndex}` }))).id);
    await vi.advanceTimersByTimeAsync(1);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await kit.engine.list('alice', { limit: 3, ...(cursor !== undefined && { cursor }) });
    if (page === 'bad-cursor') throw new Error('expected our own cursor to be taken');
    seen.push(...page.tasks.map((task) => task.id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(seen).toEqual(ids.toReversed());
  for (const bad of ['', 'x', 'bm90IGpzb24', '[]']) {
    expect(await kit.engine.list('alice', { limit: 3, cursor: bad })).toBe('bad-cursor');
  }
});

test('outcomes are what the tool said: isError is a result, a thrown RPC error is that error, a crash is an honest one', async () => {
  const effect = createTools().get('effect');
  if (effect === undefined) throw new Error('expected a tool named effect');
  const broken: Tool = { ...effect, name: 'broken', run: () => Promise.reject(new Error('boom')) };
  await using kit = disposable(await createKit({ tools: new Map([...createTools(), ['broken', broken]]) }));
  const outcome = async (tool: string, mode: string) => {
    const task = await accepted(kit.engine, requestOf({ tool, arguments: { token: 't', ms: 1, mode } }));
    return (await kit.engine.wait('alice', task.id, never()))?.outcome;
  };
  const outcomes = Promise.all([outcome('effect', 'error'), outcome('effect', 'throw'), outcome('broken', 'plain')]);
  await vi.advanceTimersByTimeAsync(10);
  expect(await outcomes).toMatchObject([
    { kind: 'result', result: { isError: true, structuredContent: { token: 't' } } },
    { kind: 'error', error: { code: 1001, data: { token: 't' } } },
    { kind: 'error', error: { code: -32603, message: "The tool 'broken' failed: boom" } },
  ]);
  expect(kit.effects.committed).toEqual([]);
});

test('progress is shown, at most as often as clients look', async () => {
  await using kit = disposable(await createKit());
  const notes: (string | null)[] = [];
  kit.engine.subscribe('alice', (task) => notes.push(task.statusMessage));
  await accepted(kit.engine, requestOf({ tool: 'import_data', arguments: { token: 't', ms: 2_400 } }));
  await accepted(kit.engine, requestOf({ tool: 'generate_report', arguments: { token: 't', ms: 600, sections: 20 } }));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(notes).toContain('Step 4 of 4: load.');
  expect(notes).toContain('Step 2 of 4: check.');
  expect(notes.filter((note) => note?.includes('of 20'))).toEqual(['Step 18 of 20: section 18.']);
});

test('an endless wait for nothing keeps no timer of its own: timers do not grow with tasks', async () => {
  await using kit = disposable(await createKit({ concurrency: 1 }));
  await accepted(kit.engine, requestOf({ ms: 60_000 }));
  await vi.advanceTimersByTimeAsync(1);
  const before = vi.getTimerCount();
  for (let taskIndex = 0; taskIndex < 20; taskIndex++) await accepted(kit.engine, requestOf({ ttlMs: 3e9 }));
  expect(vi.getTimerCount()).toBe(before);
});

function disposable<K extends { readonly engine: AsyncDisposable }>(kit: K): K & AsyncDisposable {
  return {
    ...kit,
    async [Symbol.asyncDispose]() {
      const closed = kit.engine[Symbol.asyncDispose]();
      await vi.advanceTimersByTimeAsync(3_000);
      await closed;
    },
  };
}
