// Connections that run out: those a process may open, and those an engine may have.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import type { ConnectionOptions } from './connection.ts';
import { openPostgresStore } from './postgres.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { openRedisStore } from './redis.ts';
import { connectionTo, describeOn, startEngine } from './testing/engine.ts';

const SOON = { timeout: 60_000, interval: 50 };

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'claimcheck-exhaustion-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const openPostgres = (connection: ConnectionOptions) => openPostgresStore({ connection, directory: '' });

describeOn('postgres', 'a PostgreSQL without a free connection', () => {
  test('in this process: a call waits its time, says why it failed, and the next one gets through', async () => {
    const connection = await connectionTo('postgres');
    // One for the presence, one for all statements. The blocked one outlasts those that wait for it.
    const url = `${connection.url}?statement_timeout=60000`;
    await using store = await openPostgres({ ...connection, url, poolMax: 2 });
    await store.insert(taskOf());
    await using other = createPostgresPool(connection, 1);
    await other.use(async (client) => {
      await client.query('BEGIN');
      await client.query(`SELECT 1 FROM ${connection.prefix}.task FOR UPDATE`);
      const blocked = store.replace(taskOf({ version: 2 }), 1).catch((error: unknown) => error);
      await expect(store.get(taskOf().id)).rejects.toThrow('all 1 PostgreSQL connections were busy for 5000 ms');
      await client.query('ROLLBACK');
      expect(await blocked).toBe(true);
    });
    expect((await store.get(taskOf().id))?.version).toBe(2);
  });

  test('in the engine: a call waits for one, fails with the reason when none comes, and goes on when one does', async () => {
    await using engine = await startEngine('postgres');
    const admin = new pg.Client({ connectionString: engine.url });
    await admin.connect();
    await admin.query("CREATE ROLE scarce LOGIN PASSWORD 'scarce' CONNECTION LIMIT 1");
    await admin.query('GRANT CREATE ON DATABASE postgres TO scarce');
    const url = engine.url.replace(/\/\/.*@/, '//scarce:scarce@');
    await using store = await openPostgres({ ...engine.connection(), url });
    await store.insert(taskOf());
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scarce'");
    const hog = new pg.Client({ connectionString: url });
    await vi.waitFor(() => hog.connect(), SOON);
    await expect(store.get(taskOf().id)).rejects.toThrow(/^PostgreSQL cannot be reached: .*too many connections/);
    const waiting = store.replace(taskOf({ version: 2 }), 1);
    await hog.end();
    expect(await waiting).toBe(true);
    await admin.end();
  });
});

describeOn('redis', 'a Redis without a free connection', () => {
  test('refuses a store that lost its own, which says so and comes back when one is free', async () => {
    await using engine = await startEngine('redis');
    await using store = await openRedisStore({ connection: engine.connection(), directory });
    await store.insert(taskOf());
    const admin = new Redis(engine.url);
    await admin.ping();
    await admin.config('SET', 'maxclients', '2');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const hog = new Redis(engine.url, { retryStrategy: () => 1 });
    hog.on('error', () => {}); // Until it is faster than the store.
    await hog.ping();
    await expect.poll(() => store.get(taskOf().id).catch(String), SOON).toMatch(/no connection to Redis/);
    expect(await admin.info('stats')).toMatch(/rejected_connections:[1-9]/);
    hog.disconnect();
    await expect.poll(() => store.replace(taskOf({ version: 2 }), 1).catch(String), SOON).toBe(true);
    admin.disconnect();
  });
});
