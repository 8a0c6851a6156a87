import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createSystemClock } from '../../harness/model/clock.ts';
import type { OpenBenchmarks } from '../../harness/model/testing/benchmark.ts';
import { startGuardian } from '../../harness/run/guardian.ts';
import { serviceUnits, startService } from '../../harness/services/index.ts';
import { connectionSchema } from './connection.ts';
import { openDynamodbStore } from './dynamodb.ts';
import { createDynamodbClient } from './dynamodb-client.ts';
import { driverBenchmarks } from './testing/driver-benchmarks.ts';

/** On a dynalite of its own. Bare, a submit looks for the key, then claims it and writes the record, each on its condition. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const { dynamodb } = serviceUnits;
  const { meta } = dynamodb;
  if (!(await dynamodb.find()).found) {
    const leftOut = `needs ${meta.program}; to get it: ${meta.install}`;
    return { benchmarks: [], leftOut, async [Symbol.asyncDispose]() {} };
  }
  const ending = new AbortController();
  const host = { clock: createSystemClock(), signal: ending.signal, guard: startGuardian };
  const service = await startService(dynamodb, host);
  const connection = connectionSchema.parse({ url: service.url });
  const store = await openDynamodbStore({ directory: '', connection });
  const client = createDynamodbClient(connection, {});
  const TableName = `${connection.prefix}_tasks`;
  const keyOf = (name: string) => ({ pk: { S: `bare#${name}` }, sk: { S: 'bare' } });
  const get = (name: string) => client.send(new GetItemCommand({ TableName, Key: keyOf(name), ConsistentRead: true }));
  const put = (name: string, text: string) => {
    const Item = { ...keyOf(name), text: { S: text } };
    return client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
  };
  const set = await driverBenchmarks('dynamodb', store, {
    get,
    async submit({ id, key, text }) {
      await get(`key:${key}`);
      await put(`key:${key}`, id);
      await put(id, text);
    },
  });
  return {
    benchmarks: set.benchmarks,
    async [Symbol.asyncDispose]() {
      await set[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      client.destroy();
      await service[Symbol.asyncDispose]();
    },
  };
};
