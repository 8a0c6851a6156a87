import { expect, test } from 'vitest';
import { QUEUES } from './index.ts';
import { createManualWork } from './testing/manual-work.ts';
import { describeQueues } from './testing/queue-suites.ts';

// A queue that others share learns of things a round trip later.
const SOON = { timeout: 60_000, interval: 5 };
const A_WHILE_MS = 300; // Many times what any of them takes to hand out an id.
const aWhile = () => new Promise((resolve) => setTimeout(resolve, A_WHILE_MS));

test('each queue is registered under its own name, with a title and a description', () => {
  for (const [id, { meta }] of Object.entries(QUEUES)) {
    expect(meta.id).toBe(id);
    expect([meta.title, meta.description]).not.toContain('');
  }
});

describeQueues('queue', Object.values(QUEUES), (_entry, open) => {
  test('runs so many at a time, first come, first served, and one after another ends', async () => {
    await using queue = await open({ concurrency: 2, waitingMax: 10 });
    const work = createManualWork();
    for (const task of ['a', 'b', 'c']) expect(await queue.offer(task)).toBe(true);
    expect(work.started).toEqual([]);
    queue.work(work.run);
    await expect.poll(() => work.started, SOON).toEqual(['a', 'b']);
    await expect.poll(() => queue.load(), SOON).toEqual({ waiting: 1, running: 2 });
    work.end('a');
    await expect.poll(() => work.started, SOON).toEqual(['a', 'b', 'c']);
  });

  test('a place is taken when it is reserved and given back when it is freed; full is full', async () => {
    await using queue = await open({ concurrency: 1, waitingMax: 1 });
    const work = createManualWork();
    queue.work(work.run);
    const first = queue.reserve();
    const second = queue.reserve();
    expect(queue.reserve()).toBeUndefined();
    expect(await queue.offer('x')).toBe(false);
    second?.free();
    second?.free();
    const third = queue.reserve();
    expect(queue.reserve()).toBeUndefined();
    await first?.fill('a');
    first?.free();
    await expect.poll(() => work.started, SOON).toEqual(['a']);
    await third?.fill('b');
    await expect.poll(() => queue.load(), SOON).toEqual({ waiting: 1, running: 1 });
    expect(queue.reserve()).toBeUndefined();
    work.end('a');
    await expect.poll(() => queue.load(), SOON).toEqual({ waiting: 0, running: 1 });
    expect(work.started).toEqual(['a', 'b']);
    expect(queue.reserve()).toBeDefined();
  });

  test('an id offered twice while it waits is one; offered while it runs, it is run once more after that', async () => {
    await using queue = await open({ concurrency: 1, waitingMax: 10 });
    const work = createManualWork();
    expect([await queue.offer('a'), await queue.offer('a')]).toEqual([true, false]);
    queue.work(work.run);
    await expect.poll(() => work.started, SOON).toEqual(['a']);
    expect([await queue.offer('a'), await queue.offer('a')]).toEqual([true, true]);
    await aWhile();
    expect(work.started).toEqual(['a']);
    work.end('a');
    await expect.poll(() => work.started, SOON).toEqual(['a', 'a']);
    work.end('a');
    await expect.poll(() => queue.load(), SOON).toEqual({ waiting: 0, running: 0 });
    await aWhile();
    expect(work.started).toEqual(['a', 'a']);
    expect(await queue.offer('a')).toBe(true);
    await expect.poll(() => work.started, SOON).toEqual(['a', 'a', 'a']);
  });

  test('a paused queue hands out nothing more', async () => {
    await using queue = await open({ concurrency: 1, waitingMax: 10 });
    const work = createManualWork();
    queue.work(work.run);
    await queue.offer('a');
    await queue.offer('b');
    await expect.poll(() => work.started, SOON).toEqual(['a']);
    queue.pause();
    work.end('a');
    await aWhile();
    expect(work.started).toEqual(['a']);
  });

  test('thousands go through it, each once', async () => {
    const ids = Array.from({ length: 2_000 }, (_, number) => `task-${String(number).padStart(4, '0')}`);
    await using queue = await open({ concurrency: 50, waitingMax: 3_000 });
    const started: string[] = [];
    queue.work(async (id) => {
      started.push(id);
    });
    for (const id of ids) {
      const place = queue.reserve();
      if (place === undefined) throw new Error(`no room for ${id}`);
      await place.fill(id);
    }
    await expect.poll(() => started.length, { timeout: 60_000, interval: 50 }).toBe(ids.length);
    expect(started.toSorted()).toEqual(ids);
  });
});

const shared = Object.values(QUEUES).filter(({ meta }) => meta.engine !== undefined);

describeQueues('shared queue', shared, (_entry, open, connect) => {
  test('hands each id to one of its processes, also to one that took none on', async () => {
    const connection = await connect();
    const size = { concurrency: 5, waitingMax: 100 };
    await using server = await open(size, connection);
    await using first = await open(size, connection);
    await using second = await open(size, connection);
    const started: string[] = [];
    const counts = [0, 0];
    let bothWork = () => {};
    const bothAtWork = new Promise<void>((resolve) => {
      bothWork = resolve;
    });
    for (const [worker, queue] of [first, second].entries()) {
      queue.work(async (id) => {
        started.push(id);
        counts[worker] = (counts[worker] ?? 0) + 1;
        if (counts.every((count) => count > 0)) bothWork();
        // Whoever is quicker has his hands full until the other has work, too.
        await bothAtWork;
      });
    }
    const ids = Array.from({ length: 60 }, (_, number) => `task-${number}`);
    for (const id of ids) await server.reserve()?.fill(id);
    await expect.poll(() => started.length, SOON).toBe(ids.length);
    expect(started.toSorted()).toEqual(ids.toSorted());
    expect(counts.every((count) => count > 0)).toBe(true);
  });

  test('what waits is bounded for all processes together', async () => {
    const connection = await connect();
    const size = { concurrency: 1, waitingMax: 4 };
    await using first = await open(size, connection);
    await using second = await open(size, connection);
    for (const id of ['a', 'b', 'c', 'd', 'e']) expect(await first.offer(id)).toBe(true);
    await expect.poll(() => second.load().waiting, SOON).toBe(5);
    expect(second.reserve()).toBeUndefined();
    expect(await second.offer('f')).toBe(false);
  });

  test('an id that another process runs is run once more when it is offered', async () => {
    const connection = await connect();
    const size = { concurrency: 2, waitingMax: 10 };
    await using server = await open(size, connection);
    await using worker = await open(size, connection);
    const work = createManualWork();
    worker.work(work.run);
    await server.offer('a');
    await expect.poll(() => work.started, SOON).toEqual(['a']);
    await expect.poll(() => server.offer('a'), SOON).toBe(true);
    work.end('a');
    await expect.poll(() => work.started, SOON).toEqual(['a', 'a']);
    work.end('a');
    await expect.poll(() => server.load().waiting, SOON).toBe(0);
  });

  test('work of a process that went away comes to another', async () => {
    const connection = await connect();
    const size = { concurrency: 2, waitingMax: 10 };
    const lost = await open(size, connection);
    const hanging = createManualWork();
    lost.work(hanging.run);
    await lost.offer('a');
    await expect.poll(() => hanging.started, SOON).toEqual(['a']);
    await lost[Symbol.asyncDispose]();
    await using other = await open(size, connection);
    const work = createManualWork();
    other.work(work.run);
    await expect.poll(() => work.started, SOON).toEqual(['a']);
    work.end('a');
    await aWhile();
    expect(work.started).toEqual(['a']);
  });
});
