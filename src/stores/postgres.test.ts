import fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import type { ConnectionOptions } from './connection.ts';
import { openPostgresStore } from './postgres.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { connectionTo, describeOn } from './testing/engine.ts';
import { ask, StoreModel, storeCalls } from './testing/store-model.ts';

const open = (connection: ConnectionOptions) => openPostgresStore({ connection, directory: '' });

describeOn('postgres', 'a store in PostgreSQL', () => {
  test('answers every sequence of calls as the model does', async () => {
    const connection = await connectionTo('postgres');
    await using store = await open(connection);
    await using admin = createPostgresPool(connection, 1);
    await fc.assert(
      fc.asyncProperty(storeCalls, async (calls) => {
        await admin.query({ text: `TRUNCATE ${connection.prefix}.task` });
        const model = new StoreModel();
        for (const call of calls) {
          const held = 'task' in call ? await store.get(call.task.id) : undefined;
          const expected = model.answer(call);
          const answer = await ask(store, held, call);
          // A record whose id and key are both taken breaks two rules at once; which is named does not matter.
          if (expected !== 'either') expect(answer).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('of processes that open it for the first time at once one makes the tables', async () => {
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

  test('of fifty inserts with one key, half of them elsewhere, one wins', async () => {
    const connection = await connectionTo('postgres');
    await using here = await open(connection);
    await using elsewhere = await open(connection);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        (number % 2 === 0 ? here : elsewhere).insert(taskOf({ id: `task-${number}`, idempotencyKey: 'k' })),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    const winner = (await here.byKey('alice', 'k'))?.id;
    expect(new Set(answers.flatMap((answer) => (answer.kind === 'key-taken' ? [answer.task.id] : [])))).toEqual(
      new Set([winner]),
    );
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

  test('keeps a result of 1 MiB, and thousands of tasks in order', async () => {
    await using store = await open(await connectionTo('postgres'));
    const text = '\u00e4"\n'.repeat(349_525);
    const big = taskOf({
      id: 'big',
      state: 'settled',
      outcome: { kind: 'result', result: { content: [{ type: 'text', text }] } },
    });
    await store.insert(big);
    expect(await store.get('big')).toEqual(big);
    const ids = Array.from({ length: 3_000 }, (_, number) => `task-${String(number).padStart(4, '0')}`);
    await Promise.all(
      ids.map((id, number) => store.insert(taskOf({ id, principal: 'bob', createdAt: 5_000 - number }))),
    );
    const seen: string[] = [];
    for (let page = await store.queued({ limit: 200 }); page.length > 0; ) {
      seen.push(...page.map(({ id }) => id));
      const after = page.at(-1);
      page = after === undefined ? [] : await store.queued({ after, limit: 200 });
    }
    expect(seen).toEqual(ids.toReversed());
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
