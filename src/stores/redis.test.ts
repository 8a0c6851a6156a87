import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TaskRecord } from '../tasks/task.ts';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import { openRedisStore } from './redis.ts';
import { openRedisLink } from './redis-link.ts';
import { describeOn, startEngine, type TestEngine } from './testing/engine.ts';
import { ask, StoreModel, storeCalls } from './testing/store-model.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-redis-'));
  directories.push(directory);
  return directory;
}

describeOn('redis', 'the Redis store', () => {
  let server: TestEngine;
  beforeAll(async () => {
    server = await startEngine('redis');
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => flush(server));
  const open = (connection = server.connection()) => openRedisStore({ directory: newDirectory(), connection });

  test('answers every sequence of calls as the model does, and leaves nothing behind', async () => {
    await using store = await open();
    await fc.assert(
      fc.asyncProperty(storeCalls, async (calls) => {
        await flush(server);
        const model = new StoreModel();
        for (const call of calls) {
          const held = 'task' in call ? await store.get(call.task.id) : undefined;
          const expected = model.answer(call);
          const answer = await ask(store, held, call);
          if (expected !== 'either') expect(answer).toEqual(expected);
        }
        for (const task of await everything(store)) await store.remove(task.id, task.version);
        expect(await keysOf(server)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('fifty writers with one key on five connections make one record', async () => {
    const connection = server.connection();
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(connection)));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        stores[number % stores.length]?.insert(taskOf({ id: `task-${number}`, idempotencyKey: 'k' })),
      ),
    );
    const inserted = answers.filter((answer) => answer?.kind === 'inserted');
    const holders = new Set(answers.flatMap((answer) => (answer?.kind === 'key-taken' ? [answer.task.id] : [])));
    expect([inserted.length, holders.size]).toEqual([1, 1]);
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  test('prefixes share a server without meeting, and keys are under one hash tag each', async () => {
    await using first = await open({ ...server.connection(), prefix: 'one' });
    await using second = await open({ ...server.connection(), prefix: 'two' });
    await first.insert(taskOf({ idempotencyKey: 'k' }));
    expect(await second.get(taskOf().id)).toBeUndefined();
    expect(await second.insert(taskOf({ idempotencyKey: 'k' }))).toEqual({ kind: 'inserted' });
    const tags = new Set((await keysOf(server)).map((key) => key.slice(0, key.indexOf(':'))));
    expect([...tags].sort()).toEqual(['{one}', '{two}']);
  });

  test('those that open one store at the same time, wherever they are, sign with the same secret', async () => {
    const connection = server.connection();
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(connection)));
    const secrets = new Set(stores.map(({ secret }) => Buffer.from(secret ?? []).toString('hex')));
    expect([...secrets]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    await using other = await open();
    expect(secrets).not.toContain(Buffer.from(other.secret ?? []).toString('hex'));
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  test('a server that takes no writes is no place for a store', async () => {
    await using full = await startEngine('redis');
    await on(full, (client) => client.config('SET', 'maxmemory', '1'));
    const refused = open(full.connection());
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/Cannot open the task store in Redis: OOM/);
  });

  test('what was acknowledged is there after the server was killed; what was under way did or did not happen, whole', async () => {
    await using store = await open();
    const acknowledged: string[] = [];
    const writes = Array.from({ length: 400 }, async (_, number) => {
      const id = `task-${String(number).padStart(3, '0')}`;
      await store.insert(taskOf({ id, idempotencyKey: id, createdAt: 1_000 + number }));
      acknowledged.push(id);
    });
    while (acknowledged.length < 20) await Promise.race([Promise.allSettled(writes), nextTurn()]);
    await server.kill();
    await Promise.allSettled(writes);
    await server.restart();
    const ids = (await everything(store)).map((task) => task.id);
    expect(ids).toEqual(expect.arrayContaining(acknowledged));
    expect((await store.queued({ limit: 1_000 })).map((task) => task.id)).toEqual(ids);
    const byKey = await Promise.all(ids.map(async (id) => (await store.byKey('alice', id))?.id));
    expect(byKey).toEqual(ids);
  });

  test('a write under way when the connection is lost fails, and is not sent a second time', async () => {
    await using store = await open();
    await store.insert(taskOf());
    await server.pause();
    const lost = store.replace(taskOf({ version: 2 }), 1).catch((error: unknown) => error);
    await nextTurn();
    await server.kill();
    expect(await lost).toMatchObject({ message: expect.stringMatching(/may have been done$/) });
    await server.restart();
    expect((await store.get(taskOf().id))?.version).toBe(1);
    expect(await store.replace(taskOf({ version: 2 }), 1)).toBe(true);
  });

  test('waits neither for a connection nor for an answer without a limit', async () => {
    using link = await openRedisLink(server.connection(), { openMs: 60_000, waitMs: 50, answerMs: 1_000 });
    await expect.poll(() => link.ask((redis) => redis.ping()).catch(() => 'none yet'), PATIENCE).toBe('PONG');
    await server.pause();
    await expect(link.ask((redis) => redis.ping())).rejects.toThrow(/may have been done$/);
    await server.resume();
    await expect.poll(() => link.ask((redis) => redis.ping()).catch(() => 'none yet'), PATIENCE).toBe('PONG');
    await server.kill();
    await expect(link.ask((redis) => redis.ping())).rejects.toThrow();
    await expect(link.ask((redis) => redis.ping())).rejects.toThrow(/no connection to Redis/);
    await server.restart();
    await expect.poll(() => link.ask((redis) => redis.ping()).catch(() => 'none yet'), PATIENCE).toBe('PONG');
  });

  test('goes to the next address when its server is gone, and to none that follows another', async () => {
    await using follower = await startEngine('redis');
    const [leads, follows] = [new URL(server.url), new URL(follower.url)];
    await on(server, (client) => client.config('SET', 'repl-diskless-sync-delay', '0'));
    // One password for both: addresses of one URL share it.
    await on(follower, (client) => client.config('SET', 'masterauth', leads.password));
    await on(follower, (client) => client.replicaof(leads.hostname, Number(leads.port)));
    await on(follower, (client) => client.config('SET', 'requirepass', leads.password));
    follows.password = leads.password;
    await using store = await open({ ...server.connection(), url: `${follows.href},${leads.href}` });
    expect(await store.insert(taskOf())).toEqual({ kind: 'inserted' });
    const other = new Redis(follows.href);
    await expect.poll(() => other.dbsize(), PATIENCE).toBeGreaterThan(0);
    await server.kill();
    await other.replicaof('NO', 'ONE');
    other.disconnect();
    await expect.poll(() => store.replace(taskOf({ version: 2 }), 1).catch(() => 'none yet'), PATIENCE).toBe(true);
    await server.restart();
  });

  test('runs on a cluster, whose servers refuse keys of several slots', async () => {
    await using cluster = await startClusterNode();
    await using store = await open(cluster.connection);
    expect(await store.insert(taskOf({ idempotencyKey: 'k' }))).toEqual({ kind: 'inserted' });
    expect(await store.replace(taskOf({ version: 2, idempotencyKey: 'k' }), 1)).toBe(true);
    expect((await everything(store)).map((task) => task.version)).toEqual([2]);
    expect((await store.byKey('alice', 'k'))?.version).toBe(2);
    expect(await store.remove(taskOf().id, 2)).toBe(true);
  });

  test('says what it outlives, by the settings of its server', async () => {
    await using own = await startEngine('redis');
    const durability = async (url = own.url) => {
      await using store = await open({ ...own.connection(), url });
      return store.durability;
    };
    expect((await durability())?.outlives).toBe('disk');
    await on(own, (client) => client.config('SET', 'appendfsync', 'everysec'));
    expect(await durability()).toMatchObject({ outlives: 'process', detail: expect.stringContaining('two seconds') });
    await on(own, (client) => client.config('SET', 'appendonly', 'no'));
    expect(await durability()).toMatchObject({
      outlives: 'process',
      detail: expect.stringContaining('no append-only file'),
    });
    await on(own, (client) => client.acl('SETUSER', 'guest', 'on', '>se cret', '~*', '+@all', '-config'));
    const guest = own.url.replace(/\/\/.*@/, '//guest:se%20cret@');
    expect((await durability(`${guest}/3`))?.detail).toContain('does not show its settings');
  });

  test('a wrong password is refused at once, and not repeated', async () => {
    const url = server.url.replace(/\/\/.*@/, '//:wrong-one@');
    const refused = open({ ...server.connection(), url });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/WRONGPASS/);
    await expect(refused).rejects.not.toThrow(/wrong-one/);
  });
});

async function everything(store: Awaited<ReturnType<typeof openRedisStore>>): Promise<readonly TaskRecord[]> {
  const lists = await Promise.all(['alice', 'bob', 'ålice\u{1F600}'].map((name) => store.list(name, { limit: 1_000 })));
  return lists.flat().toReversed();
}

async function on<T>(server: { readonly url: string }, does: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.url);
  try {
    return await does(client);
  } finally {
    client.disconnect();
  }
}

const flush = (server: TestEngine) => on(server, (client) => client.flushall());
const keysOf = (server: TestEngine) => on(server, (client) => client.keys('*'));
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A cluster of one server, which holds every slot and is as strict about them as one of many. */
async function startClusterNode() {
  const [port, busPort] = [await freePort(), await freePort()];
  const settings = ['--bind', '127.0.0.1', '--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
  const child = spawn('redis-server', ['--port', String(port), '--dir', newDirectory(), ...settings], {
    stdio: 'ignore',
  });
  const url = `redis://127.0.0.1:${port}`;
  using link = await openRedisLink({ url, prefix: 'test', poolMax: 10 });
  await link.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await expect.poll(() => link.redis.call('CLUSTER', 'INFO'), PATIENCE).toContain('cluster_state:ok');
  return {
    connection: { url, prefix: 'test', poolMax: 10 },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error(`expected a port, got ${address}`);
  return address.port;
}
