import { describe, expect, test } from 'vitest';
import { connectionSchema } from '../stores/connection.ts';
import { QUEUES } from './index.ts';

describe.each(Object.entries(QUEUES))('queue %s', (id, entry) => {
  const open = async (concurrency: number, waitingMax: number) =>
    (await entry.load())({ concurrency, waitingMax, connection: connectionSchema.parse({}) });

  /** Work that ends when it is told to. */
  function manual() {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    return {
      started,
      run: (task: string) =>
        new Promise<void>((resolve) => {
          started.push(task);
          ends.set(task, resolve);
        }),
      async end(task: string) {
        ends.get(task)?.();
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  }

  test('is registered under its own name', () => {
    expect(entry.meta.id).toBe(id);
  });

  test('runs so many at a time, first come, first served, and one after another ends', async () => {
    await using queue = await open(2, 10);
    const work = manual();
    for (const task of ['a', 'b', 'c']) expect(await queue.offer(task)).toBe(true);
    expect(work.started).toEqual([]);
    queue.work(work.run);
    expect(work.started).toEqual(['a', 'b']);
    expect(queue.load()).toEqual({ waiting: 1, running: 2 });
    await work.end('a');
    expect(work.started).toEqual(['a', 'b', 'c']);
  });

  test('a place is taken when it is reserved and given back when it is freed; full is full', async () => {
    await using queue = await open(1, 1);
    const work = manual();
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
    await third?.fill('b');
    expect(queue.load()).toEqual({ waiting: 1, running: 1 });
    await work.end('a');
    expect(queue.load()).toEqual({ waiting: 0, running: 1 });
    expect(queue.reserve()).toBeDefined();
  });

  test('an id offered twice while it waits is one; offered while it runs, it is run once more after that', async () => {
    await using queue = await open(1, 10);
    const work = manual();
    expect([await queue.offer('a'), await queue.offer('a')]).toEqual([true, false]);
    queue.work(work.run);
    expect([await queue.offer('a'), await queue.offer('a')]).toEqual([true, true]);
    expect(work.started).toEqual(['a']);
    await work.end('a');
    expect(work.started).toEqual(['a', 'a']);
    await work.end('a');
    expect(queue.load()).toEqual({ waiting: 0, running: 0 });
    expect(await queue.offer('a')).toBe(true);
    expect(work.started).toEqual(['a', 'a', 'a']);
  });

  test('a paused queue hands out nothing more', async () => {
    await using queue = await open(1, 10);
    const work = manual();
    queue.work(work.run);
    await queue.offer('a');
    await queue.offer('b');
    queue.pause();
    await work.end('a');
    expect(work.started).toEqual(['a']);
  });
});
