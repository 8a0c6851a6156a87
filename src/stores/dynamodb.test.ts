import { CreateTableCommand, DescribeTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskOf } from '../tasks/testing/task-fixture.ts';
import { UsageError } from '../usage-error.ts';
import { type ConnectionOptions, connectionSchema } from './connection.ts';
import { createDynamodbStore, openDynamodbStore } from './dynamodb.ts';
import { createDynamodbClient } from './dynamodb-client.ts';
import { createItems, type Items } from './dynamodb-items.ts';
import { openTable } from './dynamodb-table.ts';
import { connectionTo, describeOn, startEngine } from './testing/engine.ts';
import { ask, StoreModel, storeCalls } from './testing/store-model.ts';

/** A table of one's own, without a store over it. */
async function newTable() {
  const connection = await connectionTo('dynamodb');
  const client = createDynamodbClient(connection, {});
  const name = `${connection.prefix}_tasks`;
  await openTable(client, name);
  return {
    connection,
    client,
    name,
    items: createItems(client, name),
    /** Sort keys of everything that is in it. */
    async content() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: name }));
      return Items.map(({ pk, sk }) => `${pk?.S?.split('#')[0]} ${sk?.S?.split('#')[0]}`).sort();
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

/** The same items as a process sees them that dies: its first `writeCount` writes happen, and nothing after them. */
function dying(items: Items, writeCount: number): Items {
  let leftCount = writeCount;
  const write = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      if (leftCount-- <= 0) throw new Error('this process is dead');
      return call(...args);
    };
  };
  const { put, putNew, update, remove } = items;
  return { ...items, put: write(put), putNew: write(putNew), update: write(update), remove: write(remove) };
}

/** The same items over a network that loses every answer: each write is sent again, and what came of the second is heard. */
function stuttering(items: Items): Items {
  const twice = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      await call(...args);
      return call(...args);
    };
  };
  const { put, putNew, update, remove } = items;
  return { ...items, put: twice(put), putNew: twice(putNew), update: twice(update), remove: twice(remove) };
}

const withBigArguments = taskOf({ idempotencyKey: 'k', arguments: { text: 'x'.repeat(800_000) } });

describeOn('dynamodb', 'the DynamoDB store', () => {
  test('an insert that died at any of its writes is completed by the next who brings the key, and is one record', async () => {
    // Three parts, the claim, the record: from the claim on the record is the first one's.
    for (const writeCount of [0, 1, 3, 4, 5]) {
      using table = await newTable();
      const dead = createDynamodbStore(dying(table.items, writeCount));
      await dead.insert(withBigArguments).catch(() => {});
      const alive = createDynamodbStore(table.items);
      const next = { ...withBigArguments, id: 'b'.repeat(32) };
      const answer = await alive.insert(next);
      const winner = writeCount < 4 ? next : withBigArguments;
      expect(answer).toEqual(writeCount < 4 ? { kind: 'inserted' } : { kind: 'key-taken', task: winner });
      expect(await alive.byKey('alice', 'k')).toEqual(winner);
      expect(await alive.list('alice', { limit: 5 })).toEqual([winner]);
      expect(await alive.queued({ limit: 5 })).toEqual([winner]);
    }
  });

  test('a claim without its record is completed by a look at the key, too', async () => {
    using table = await newTable();
    const dead = createDynamodbStore(dying(table.items, 1));
    await expect(dead.insert(taskOf({ idempotencyKey: 'k' }))).rejects.toThrow('dead');
    const alive = createDynamodbStore(table.items);
    expect(await alive.get(taskOf().id)).toBeUndefined();
    expect(await alive.byKey('alice', 'k')).toEqual(taskOf({ idempotencyKey: 'k' }));
    expect(await alive.get(taskOf().id)).toEqual(taskOf({ idempotencyKey: 'k' }));
  });

  test('a removal that died at any of its writes is a removal, and the next sweep leaves nothing of it', async () => {
    for (const writeCount of [1, 2, 3, 4, 5, 6]) {
      using table = await newTable();
      const alive = createDynamodbStore(table.items);
      await alive.insert(withBigArguments);
      const dead = createDynamodbStore(dying(table.items, writeCount));
      await dead.remove(withBigArguments.id, 1).catch(() => {});
      expect(await alive.get(withBigArguments.id)).toBeUndefined();
      expect(await alive.list('alice', { limit: 5 })).toEqual([]);
      expect(await alive.remove(withBigArguments.id, 1)).toBe(false);
      expect(await alive.due(0, 10)).toEqual([]);
      expect(await table.content()).toEqual([]);
    }
  });

  test('a key whose removal is not finished is free', async () => {
    using table = await newTable();
    const alive = createDynamodbStore(table.items);
    await alive.insert(taskOf({ idempotencyKey: 'k' }));
    await createDynamodbStore(dying(table.items, 1))
      .remove(taskOf().id, 1)
      .catch(() => {});
    expect(await table.content()).toEqual(['key claim', 'task record']);
    const next = taskOf({ id: 'next', idempotencyKey: 'k' });
    expect(await alive.insert(next)).toEqual({ kind: 'inserted' });
    expect(await alive.byKey('alice', 'k')).toEqual(next);
  });

  test('a write whose answer was lost and that is sent again answers as if it had been sent once', async () => {
    await fc.assert(
      fc.asyncProperty(storeCalls, async (calls) => {
        using table = await newTable();
        const store = createDynamodbStore(stuttering(table.items));
        const model = new StoreModel();
        for (const call of calls) {
          const held = 'task' in call ? await store.get(call.task.id) : undefined;
          const expected = model.answer(call);
          const answer = await ask(store, held, call);
          if (expected !== 'either') expect(answer).toEqual(expected);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('what no server sweeps any more carries the time at which the service may remove it, a day late', async () => {
    using table = await newTable();
    const store = createDynamodbStore(table.items);
    await store.insert({ ...withBigArguments, createdAt: 1_000_500, ttlMs: 2_000 });
    await store.insert(taskOf({ id: 'for ever', idempotencyKey: 'other', ttlMs: null }));
    const { Items: found = [] } = await table.client.send(new ScanCommand({ TableName: table.name }));
    const expiries = found.map(({ sk, expires_at }) => `${sk?.S?.split('#')[0]} ${expires_at?.N}`).sort();
    const at = 1_003 + 86_400;
    const part = `part ${at}`;
    expect(expiries).toEqual([`claim ${at}`, 'claim undefined', part, part, part, `record ${at}`, 'record undefined']);
  });

  test('scans go on over the pages of the service and of its batches', async () => {
    using table = await newTable();
    const store = createDynamodbStore(table.items);
    const all = Array.from({ length: 230 }, (_, number) => taskOf({ id: `task-${String(number).padStart(3, '0')}` }));
    await Promise.all(all.map((task) => store.insert(task)));
    // Those an index still has, and the table has not, do not shorten a page.
    for (const task of all.slice(0, 100)) await store.remove(task.id, 1);
    expect((await store.queued({ limit: 120 })).map(({ id }) => id)).toEqual(all.slice(100, 220).map(({ id }) => id));
    expect((await store.queued({ limit: 500 })).length).toBe(130);
  });

  test('what was written survives the kill of its server, and the store goes on when that is back', async () => {
    await using engine = await startEngine('dynamodb');
    const connection = engine.connection();
    await using store = await openDynamodbStore({ directory: '', connection });
    await store.insert(taskOf({ idempotencyKey: 'k' }));
    await store.replace(taskOf({ idempotencyKey: 'k', version: 2 }), 1);
    expect(store.durability?.outlives).toBe('process');
    await engine.kill();
    await expect(store.get(taskOf().id)).rejects.toThrow();
    await engine.restart();
    expect(await store.byKey('alice', 'k')).toEqual(taskOf({ idempotencyKey: 'k', version: 2 }));
    expect(await store.insert(taskOf({ id: 'x', idempotencyKey: 'k' }))).toMatchObject({ kind: 'key-taken' });
  });

  test('a table that is another program’s is left alone', async () => {
    const connection = await connectionTo('dynamodb');
    const client = createDynamodbClient(connection, {});
    const TableName = `${connection.prefix}_tasks`;
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    const opened = openDynamodbStore({ directory: '', connection });
    await expect(opened).rejects.toThrow(/has the keys id, so it is not a task store of this server/);
    await expect(opened).rejects.toThrow(UsageError);
    expect((await client.send(new DescribeTableCommand({ TableName }))).Table?.KeySchema).toHaveLength(1);
    client.destroy();
  });
});

test('an endpoint that does not answer is said in one sentence, without a password', async () => {
  const connection: ConnectionOptions = connectionSchema.parse({ url: 'http://user:secret@127.0.0.1:1' });
  const opened = openDynamodbStore({ directory: '', connection });
  await expect(opened).rejects.toThrow(UsageError);
  await expect(opened).rejects.toThrow(
    /Cannot open the table claimcheck_tasks .* http:\/\/user@127.0.0.1:1: .*ECONNREFUSED/,
  );
  await expect(opened).rejects.not.toThrow(/secret/);
});

test('one endpoint is enough, and it must be one', async () => {
  const several = connectionSchema.parse({ url: 'http://127.0.0.1:1,http://127.0.0.1:2' });
  await expect(openDynamodbStore({ directory: '', connection: several })).rejects.toThrow(/Give one DynamoDB endpoint/);
  const other = connectionSchema.parse({ url: 'redis://127.0.0.1:1' });
  await expect(openDynamodbStore({ directory: '', connection: other })).rejects.toThrow(UsageError);
});
