import { expect, test } from 'vitest';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import type { ConnectionOptions } from './connection.ts';
import { openPostgresStore } from './postgres.ts';
import { durabilityOf } from './postgres-durability.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { connectionTo, describeOn } from './testing/engine.ts';

const open = (connection: ConnectionOptions) => openPostgresStore({ connection, directory: '' });

describeOn('postgres', 'a store in PostgreSQL', () => {
  test('of processes that open it for the first time at once one makes the tables, and the secret of all', async () => {
    const connection = await connectionTo('postgres');
    const stores = await Promise.all(Array.from({ length: 8 }, () => open(connection)));
    await stores[0]?.insert(taskOf());
    const secrets = new Set(stores.map(({ secret }) => Buffer.from(secret ?? []).toString('hex')));
    expect([...secrets].map((secret) => secret.length)).toEqual([64]);
    expect(await Promise.all(stores.map(async (store) => (await store.get(taskOf().id))?.id))).toEqual(
      stores.map(() => taskOf().id),
    );
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  test('tells apart what no column could hold: zero characters, halves of characters, and keys of any length', async () => {
    await using store = await open(await connectionTo('postgres'));
    const keys = ['\0', '\ud800', '\ud801', 'x'.repeat(100_000), ''];
    for (const [number, idempotencyKey] of keys.entries()) {
      expect(await store.insert(taskOf({ id: `task-${number}`, idempotencyKey, principal: '\ud800' }))).toEqual({
        kind: 'inserted',
      });
    }
    for (const [number, key] of keys.entries()) expect((await store.byKey('\ud800', key))?.id).toBe(`task-${number}`);
    expect(await store.byKey('\ud801', '')).toBeUndefined();
    for (const id of ['task-0\0', '\ud800']) {
      expect(await store.get(id)).toBeUndefined();
      expect(await store.replace(taskOf({ id, version: 2 }), 1)).toBe(false);
      expect(await store.remove(id, 1)).toBe(false);
      await store.list('alice', { after: { createdAt: 5, id }, limit: 1 });
    }
  });

  test('promises what its server is set up to keep', async () => {
    const connection = await connectionTo('postgres');
    await using store = await open(connection);
    expect(store.durability?.outlives).toBe('disk');
    const options = encodeURIComponent('-c synchronous_commit=off');
    await using hasty = await open({ ...connection, url: `${connection.url}?options=${options}` });
    expect(hasty.durability?.outlives).toBe('process');
    const settings = { fsync: 'on', commit: 'on', standbys: 'elsewhere' };
    expect(durabilityOf(settings).outlives).toBe('replicated');
    expect(durabilityOf({ ...settings, commit: 'local' }).outlives).toBe('disk');
    expect(durabilityOf({ ...settings, fsync: 'off' }).outlives).toBe('process');
  });

  test('says why it cannot be opened, without the password', async () => {
    const refused = open({ url: 'postgres://me:secret@127.0.0.1:1/tasks', prefix: 'x', poolMax: 2 });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(
      /^Cannot open the task store\. PostgreSQL cannot be reached: postgres:\/\/me@127\.0\.0\.1:1\/tasks: connect ECONNREFUSED/,
    );
    await expect(refused).rejects.not.toThrow(/secret/);
    const connection = await connectionTo('postgres');
    await (await open(connection))[Symbol.asyncDispose]();
    await using admin = createPostgresPool(connection, 1);
    await admin.query({ text: `UPDATE ${connection.prefix}.meta SET version = 99` });
    await expect(open(connection)).rejects.toThrow(/The schema '\w+' has version 99; this server knows 1\./);
    const caFile = '/nowhere/ca.pem';
    await expect(open({ ...connection, caFile })).rejects.toThrow(/Cannot read the certificates \/nowhere\/ca\.pem/);
  });
});
