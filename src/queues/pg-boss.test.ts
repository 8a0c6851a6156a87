import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { ConnectionOptions } from '../stores/connection.ts';
import { createPostgresPool } from '../stores/postgres-pool.ts';
import { connectionTo, describeOn, startEngine } from '../stores/testing/engine.ts';
import { UsageError } from '../usage-error.ts';
import { openPgBossQueue } from './pg-boss.ts';
import type { QueueOptions } from './queue.ts';
import { createManualWork } from './testing/manual-work.ts';

// A machine that does much else takes its time.
const SOON = { timeout: 60_000, interval: 10 };
const open = (connection: ConnectionOptions, parts: Partial<QueueOptions> = {}) =>
  openPgBossQueue({ concurrency: 4, waitingMax: 100, connection, ...parts });

/** How many jobs there are, waiting or not. */
async function jobCount(connection: ConnectionOptions): Promise<unknown> {
  await using pool = createPostgresPool(connection, 1);
  const { rows } = await pool.query({ text: `SELECT count(*)::int AS count FROM ${connection.prefix}_jobs.job` });
  return rows[0];
}

afterEach(() => {
  vi.useRealTimers();
});

describeOn('postgres', 'a queue in PostgreSQL', () => {
  test('work that one process takes in is run by another, at once and in its order', async () => {
    const connection = await connectionTo('postgres');
    // Nobody looks by himself: what comes was announced.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using front = await open(connection);
    await using worker = await open(connection, { concurrency: 50 });
    const work = createManualWork();
    worker.work(work.run);
    const ids = Array.from({ length: 40 }, (_, number) => `task-${number}`);
    for (const id of ids) await front.reserve()?.fill(id);
    await vi.waitFor(() => expect(work.started).toEqual(ids), SOON);
    vi.useRealTimers();
    for (const id of ids) work.end(id);
    await vi.waitFor(async () => expect(await jobCount(connection)).toEqual({ count: 0 }), SOON);
  });

  test('of what several processes offer each runs once, however often it is offered', async () => {
    const connection = await connectionTo('postgres');
    const queues = await Promise.all(Array.from({ length: 3 }, () => open(connection, { waitingMax: 1_000 })));
    const runs: string[] = [];
    const ids = Array.from({ length: 100 }, (_, number) => `task-${number}`);
    await Promise.all(queues.flatMap((queue) => ids.map((id) => queue.offer(id))));
    // What one of them sends late is a second job once the first has been taken.
    await vi.waitFor(async () => expect(await jobCount(connection)).toEqual({ count: 100 }), SOON);
    await sleep(500);
    expect(await jobCount(connection)).toEqual({ count: 100 });
    for (const queue of queues) {
      queue.work(async (id) => {
        runs.push(id);
        await sleep(5);
      });
    }
    await vi.waitFor(() => expect(runs).toHaveLength(100), SOON);
    await sleep(200);
    expect([...runs].sort()).toEqual([...ids].sort());
    for (const queue of queues) await queue[Symbol.asyncDispose]();
  });

  test('what was fetched when the queue was paused goes to others, and so does what is handed back later', async () => {
    const connection = await connectionTo('postgres');
    await using leaving = await open(connection, { concurrency: 2 });
    await using staying = await open(connection);
    const [left, stays] = [createManualWork(), createManualWork()];
    leaving.work(left.run);
    await leaving.offer('running');
    await vi.waitFor(() => expect(left.started).toEqual(['running']), SOON);
    await leaving.offer('waiting');
    leaving.pause();
    expect(await leaving.offer('running')).toBe(true);
    staying.work(stays.run);
    await vi.waitFor(() => expect([...stays.started].sort()).toEqual(['running', 'waiting']), SOON);
    left.end('running');
    for (const id of stays.started) stays.end(id);
  });

  test('one id never runs twice at a time in a process', async () => {
    const connection = await connectionTo('postgres');
    await using queue = await open(connection);
    await using other = await open(connection);
    const work = createManualWork();
    queue.work(work.run);
    await queue.offer('a');
    await vi.waitFor(() => expect(work.started).toEqual(['a']), SOON);
    await other.offer('a');
    await sleep(300);
    expect(work.started).toEqual(['a']);
    work.end('a');
    await vi.waitFor(() => expect(work.started).toEqual(['a', 'a']), SOON);
    work.end('a');
    await vi.waitFor(async () => expect(await jobCount(connection)).toEqual({ count: 0 }), SOON);
    expect(queue.load()).toEqual({ waiting: 0, running: 0 });
  });

  test.concurrent('a job whose process died comes back, and so does one that an outage took', async () => {
    await using engine = await startEngine('postgres');
    const connection = engine.connection();
    await using queue = await open(connection);
    await using pool = createPostgresPool(connection, 1);
    // What a process leaves behind that is killed right after it has fetched, long enough ago.
    await queue.offer('orphan');
    await vi.waitFor(async () => expect(await jobCount(connection)).toEqual({ count: 1 }), SOON);
    const text = `UPDATE ${connection.prefix}_jobs.job SET state = 'active', started_on = now() - interval '10 minutes'`;
    await pool.query({ text });
    const work = createManualWork();
    queue.work(work.run);
    await engine.kill();
    expect(await queue.offer('lost')).toBe(true);
    await engine.restart();
    await vi.waitFor(
      async () => {
        await queue.offer('lost'); // As the engine does every second with what the store has.
        expect([...work.started].sort()).toEqual(['lost', 'orphan']);
      },
      { timeout: 100_000, interval: 500 },
    );
    for (const id of ['lost', 'orphan']) work.end(id);
  });

  test.concurrent('an idle process hardly asks the server for anything', async () => {
    await using engine = await startEngine('postgres');
    const connection = engine.connection();
    await using queue = await open(connection);
    queue.work(async () => {});
    await using pool = createPostgresPool(connection, 1);
    const text = 'SELECT sum(xact_commit)::int AS count, extract(epoch FROM now())::float8 AS at FROM pg_stat_database';
    const transactions = async () => {
      await sleep(1_500); // The server counts what a session did once that has been idle for a second.
      const answer = await pool.query({ text });
      return z.object({ count: z.number(), at: z.number() }).parse(answer.rows[0]);
    };
    const before = await transactions();
    await sleep(2_500);
    const after = await transactions();
    // A second, however many passed.
    expect((after.count - before.count) / (after.at - before.at)).toBeLessThan(5);
  });

  test('says why it cannot be opened', async () => {
    const refused = open({ url: 'postgres://me:secret@127.0.0.1:1/tasks', prefix: 'x', poolMax: 2 });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/^Cannot open the queue\. PostgreSQL cannot be reached: postgres:\/\/me@/);
  });
});
