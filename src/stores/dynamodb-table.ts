import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { UsageError } from '../usage-error.ts';

/**
 * One table holds everything, each kind of item under keys of its own (src/stores/dynamodb-item.ts). Indexes carry keys only and
 * are sparse: what is not queued, held or due costs nothing there.
 */
export const INDEXES = {
  byPrincipal: { name: 'by_principal', hash: 'principal_hash', range: 'position' },
  byState: { name: 'by_state', hash: 'scan', range: 'position' },
  byDue: { name: 'by_due', hash: 'due_scan', range: 'due_position' },
} as const;

/** When the service may remove an item by itself, in seconds since the epoch. */
export const EXPIRES_ATTRIBUTE = 'expires_at';

const READY_MS_MAX = 60_000; // A new table with three indexes takes ten to thirty seconds.
const LOOK_MS_MAX = 1_000;

/** Makes the table where it is missing and waits until it can be used; several processes may do so at once. */
export async function openTable(client: DynamoDBClient, table: string): Promise<void> {
  if ((await describe(client, table)) === undefined) await create(client, table);
  for (let waitedMs = 0, pauseMs = 20; waitedMs <= READY_MS_MAX; waitedMs += pauseMs) {
    const found = await describe(client, table);
    if (found !== undefined) assertOurs(found, table);
    if (found !== undefined && isReady(found)) return sweepNatively(client, table);
    pauseMs = Math.min(pauseMs * 2, LOOK_MS_MAX);
    await sleep(pauseMs);
  }
  throw new UsageError(`The table ${table} was not ready within ${READY_MS_MAX / 1_000} s. Look at it in the console.`);
}

async function describe(client: DynamoDBClient, table: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: table }))).Table;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

async function create(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definitionOf(table)));
  } catch (error) {
    // Another process was faster: then it is on its way.
    if (!isNamed(error, 'ResourceInUseException')) throw error;
  }
}

function definitionOf(table: string): CreateTableCommandInput {
  const indexes = Object.values(INDEXES);
  const names = new Set(['pk', 'sk', ...indexes.flatMap(({ hash, range }) => [hash, range])]);
  const keysOf = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...names].map((name) => ({ AttributeName: name, AttributeType: 'S' as const })),
    KeySchema: keysOf('pk', 'sk'),
    GlobalSecondaryIndexes: indexes.map(({ name, hash, range }) => ({
      IndexName: name,
      KeySchema: keysOf(hash, range),
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    })),
  };
}

function isReady({ TableStatus, GlobalSecondaryIndexes = [] }: TableDescription): boolean {
  return TableStatus === 'ACTIVE' && GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
}

function assertOurs({ KeySchema = [], GlobalSecondaryIndexes = [] }: TableDescription, table: string): void {
  const keys = KeySchema.map(({ AttributeName }) => AttributeName).join(', ');
  const indexes = GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
  const missing = Object.values(INDEXES).filter(({ name }) => !indexes.includes(name));
  if (keys === 'pk, sk' && missing.length === 0) return;
  const what = keys === 'pk, sk' ? `lacks the index ${missing[0]?.name}` : `has the keys ${keys}`;
  throw new UsageError(`The table ${table} ${what}, so it is not a task store of this server. Choose another prefix.`);
}

/**
 * The service's own time to live, for what no server is there to sweep any more. It is a broom, not a clock: it may come days
 * late, so nobody relies on it, and a store goes on without it where the endpoint does not know it or the role may not.
 */
async function sweepNatively(client: DynamoDBClient, table: string): Promise<void> {
  try {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    if (TimeToLiveDescription?.TimeToLiveStatus !== 'DISABLED') return;
    const TimeToLiveSpecification = { AttributeName: EXPIRES_ATTRIBUTE, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
  } catch (error) {
    // Not known here, not allowed, or switched on by another process at this moment: the store's own sweep does without.
    const known = ['UnknownOperationException', 'AccessDeniedException', 'ValidationException'];
    if (!known.some((name) => isNamed(error, name))) throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
