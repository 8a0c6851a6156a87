import { expect, test } from 'vitest';
import { describeOn, startEngine } from '../stores/testing/engine.ts';
import { UsageError } from '../usage-error.ts';
import { openBullmqQueue } from './bullmq.ts';
import { createManualWork } from './testing/manual-work.ts';

const SOON = { timeout: 60_000, interval: 20 };

describeOn('redis', 'the BullMQ queue', () => {
  test('goes on when its server comes back, and loses to nobody what it was given meanwhile', async () => {
    await using engine = await startEngine('redis');
    const errors: string[] = [];
    const onError = (_error: unknown, doing: string) => errors.push(doing);
    await using queue = await openBullmqQueue({
      ...{ concurrency: 2, waitingMax: 10, connection: engine.connection(), onError },
    });
    const work = createManualWork();
    queue.work(work.run);
    await queue.offer('before');
    await expect.poll(() => work.started, SOON).toEqual(['before']);
    await engine.kill();
    const place = queue.reserve();
    await place?.fill('meanwhile');
    await expect.poll(() => errors, SOON).toContain('queueing meanwhile');
    expect(await queue.offer('meanwhile')).toBe(false);
    work.end('before');
    await engine.restart();
    await expect.poll(() => queue.offer('meanwhile'), SOON).toBe(true);
    await expect.poll(() => work.started, SOON).toEqual(['before', 'meanwhile']);
    work.end('meanwhile');
    await expect.poll(() => queue.load(), SOON).toEqual({ waiting: 0, running: 0 });
  });

  test('takes what it is offered again after its server has forgotten everything', async () => {
    await using engine = await startEngine('redis', 'snapshots');
    await using queue = await openBullmqQueue({ concurrency: 1, waitingMax: 10, connection: engine.connection() });
    await queue.offer('a');
    await queue.offer('b');
    await engine.kill();
    await engine.restart();
    const work = createManualWork();
    queue.work(work.run);
    await expect.poll(async () => (await queue.offer('b')) || work.started.includes('b'), SOON).toBe(true);
    await expect.poll(() => work.started, SOON).toContain('b');
  });

  test('can be closed while its server is away', async () => {
    await using engine = await startEngine('redis');
    const queue = await openBullmqQueue({ concurrency: 1, waitingMax: 10, connection: engine.connection() });
    queue.work(async () => {});
    await queue.offer('a');
    await engine.kill();
    await queue[Symbol.asyncDispose]();
  });

  test('says where nobody answers, without the password', async () => {
    await using engine = await startEngine('redis');
    await engine.kill();
    const refused = openBullmqQueue({ concurrency: 1, waitingMax: 1, connection: engine.connection() });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/Cannot reach Redis at redis:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });
});
