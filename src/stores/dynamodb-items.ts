import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Change, Item, ItemKey } from './dynamodb-item.ts';
import type { INDEXES } from './dynamodb-table.ts';

/** A condition as the service reads it: `#a` stands for the attribute a, `:a` for the value given for it. */
export interface Condition {
  readonly expression: string;
  readonly values?: Item;
}

/** The few single-item operations that the store is made of. Reads are consistent, except through an index. */
export interface Items {
  get(key: ItemKey): Promise<Item | undefined>;
  /** In any order; what is not there is left out. */
  getAll(keys: readonly ItemKey[]): Promise<readonly Item[]>;
  /** Puts a new item, or replaces one without looking. */
  put(item: Item): Promise<void>;
  /** false: there is an item with that key already. */
  putNew(item: Item): Promise<boolean>;
  /** Sets and removes attributes; the item as it is then. undefined: the condition does not hold. */
  update(key: ItemKey, change: Change, condition: Condition): Promise<Item | undefined>;
  /** false: the condition does not hold. */
  remove(key: ItemKey, condition?: Condition): Promise<boolean>;
  /** The sort keys of a partition that begin with `prefix`. */
  sortKeys(pk: ItemKey['pk'], prefix: string): Promise<readonly ItemKey[]>;
  /** Keys of one partition of an index in order, a page at a time. Eventually consistent. */
  scan(scan: IndexScan): AsyncGenerator<readonly ItemKey[]>;
}

export interface IndexScan {
  readonly index: (typeof INDEXES)[keyof typeof INDEXES];
  readonly partition: string;
  /** Strictly after or before this place. */
  readonly bound?: { readonly is: '<' | '>'; readonly value: string };
  readonly isDescending?: boolean;
  readonly pageSize: number;
}

export function createItems(client: DynamoDBClient, table: string): Items {
  const TableName = table;
  const put = (item: Item, condition?: Condition) =>
    client.send(new PutItemCommand({ TableName, Item: item, ...conditionInput(condition) }));
  return {
    async get(key) {
      return (await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
    },
    getAll: (keys) => getAll(client, table, keys),
    async put(item) {
      await put(item);
    },
    putNew: (item) => holds(put(item, { expression: 'attribute_not_exists(pk)' })),
    async update(key, { set, unset }, condition) {
      const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
      const unsets = unset.map((name) => `#${name}`);
      const input = new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: `SET ${sets.join(', ')}${unsets.length === 0 ? '' : ` REMOVE ${unsets.join(', ')}`}`,
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: namesOf([...Object.keys(set), ...unset, ...namesIn(condition)]),
        ExpressionAttributeValues: { ...valuesOf(set), ...condition.values },
        ReturnValues: 'ALL_NEW',
      });
      return orUndefined(client.send(input).then(({ Attributes }) => Attributes));
    },
    remove: (key, condition) =>
      holds(client.send(new DeleteItemCommand({ TableName, Key: key, ...conditionInput(condition) }))),
    async sortKeys(pk, prefix) {
      const keys: ItemKey[] = [];
      const KeyConditionExpression = 'pk = :pk AND begins_with(sk, :prefix)';
      const ExpressionAttributeValues = { ':pk': pk, ':prefix': { S: prefix } };
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            ...{ TableName, KeyConditionExpression, ExpressionAttributeValues, ExclusiveStartKey },
            ...{ ProjectionExpression: 'pk, sk', ConsistentRead: true },
          }),
        );
        keys.push(...(page.Items ?? []).map(keyOf));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return keys;
    },
    scan: (scan) => scanIndex(client, table, scan),
  };
}

async function* scanIndex(
  client: DynamoDBClient,
  TableName: string,
  { index, partition, bound, isDescending = false, pageSize }: IndexScan,
): AsyncGenerator<readonly ItemKey[]> {
  const range = bound === undefined ? '' : ` AND #range ${bound.is} :range`;
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName,
        IndexName: index.name,
        KeyConditionExpression: `#hash = :hash${range}`,
        ExpressionAttributeNames: { '#hash': index.hash, ...(bound && { '#range': index.range }) },
        ExpressionAttributeValues: { ':hash': { S: partition }, ...(bound && { ':range': { S: bound.value } }) },
        ScanIndexForward: !isDescending,
        Limit: pageSize,
        ExclusiveStartKey,
      }),
    );
    yield (page.Items ?? []).map(keyOf);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

const BATCH_COUNT_MAX = 100; // The service's limit for one BatchGetItem.
const BATCH_ATTEMPTS_MAX = 10; // Each answers at least 16 MB of what was asked, or is throttled and waits longer.
const BATCH_PAUSE_MS = 25;

async function getAll(client: DynamoDBClient, table: string, keys: readonly ItemKey[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let start = 0; start < keys.length; start += BATCH_COUNT_MAX) {
    let left: Item[] = keys.slice(start, start + BATCH_COUNT_MAX).map((key) => ({ ...key }));
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt >= BATCH_ATTEMPTS_MAX) throw new Error(`the table ${table} left ${left.length} items unread`);
      if (attempt > 0) await sleep(BATCH_PAUSE_MS * 2 ** attempt);
      const RequestItems = { [table]: { Keys: left, ConsistentRead: true } };
      const answer = await client.send(new BatchGetItemCommand({ RequestItems }));
      items.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return items;
}

function keyOf({ pk, sk }: Item): ItemKey {
  if (pk?.S === undefined || sk?.S === undefined) throw new Error('an item without its keys came from an index');
  return { pk: { S: pk.S }, sk: { S: sk.S } };
}

function conditionInput(condition: Condition | undefined) {
  if (condition === undefined) return {};
  const names = namesIn(condition);
  return {
    ConditionExpression: condition.expression,
    ...(names.length > 0 && { ExpressionAttributeNames: namesOf(names) }),
    ...(condition.values !== undefined && { ExpressionAttributeValues: condition.values }),
  };
}

function namesIn({ expression }: Condition): readonly string[] {
  return [...expression.matchAll(/#(\w+)/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function namesOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}

function valuesOf(set: Item): Item {
  return Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value]));
}

async function holds(request: Promise<unknown>): Promise<boolean> {
  return (await orUndefined(request.then(() => true))) ?? false;
}

async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
