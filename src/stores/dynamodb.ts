import { randomUUID } from 'node:crypto';
import { messageOf, UsageError } from '../usage-error.ts';
import type { ConnectionOptions } from './connection.ts';
import { createClaims } from './dynamodb-claims.ts';
import { createDynamodbClient, shownEndpoint } from './dynamodb-client.ts';
import { readRecordItem, recordKey, removal, replacement } from './dynamodb-item.ts';
import { createItems, type Items } from './dynamodb-items.ts';
import { createRecords } from './dynamodb-records.ts';
import { createScans } from './dynamodb-scans.ts';
import { openTable } from './dynamodb-table.ts';
import type { Durability, StoreOptions, TaskStore } from './store.ts';

/**
 * One table, `<prefix>_tasks`, made on opening. Every write is a condition on a single item; nothing needs a transaction. A write
 * that has resolved is on several machines, as far as the endpoint does what the service does.
 */
export async function openDynamodbStore({ connection }: StoreOptions): Promise<TaskStore> {
  const client = createDynamodbClient(connection, process.env);
  const table = `${connection.prefix}_tasks`;
  try {
    await openTable(client, table);
  } catch (cause) {
    client.destroy();
    if (cause instanceof UsageError) throw cause;
    const where = `the table ${table} of DynamoDB at ${shownEndpoint(connection)}`;
    throw new UsageError(`Cannot open ${where}: ${messageOf(cause)}. ${ADVICE}`, { cause });
  }
  return createDynamodbStore(createItems(client, table), {
    durability: durabilityOf(connection),
    close: () => client.destroy(),
  });
}

const ADVICE = 'Give its endpoint with --store-url or CLAIMCHECK_DYNAMODB_ENDPOINT, or set AWS_REGION and credentials.';

export interface DynamodbStoreParts {
  readonly durability?: Durability;
  readonly close?: () => void;
}

/** The store over the operations on its items. */
export function createDynamodbStore(items: Items, parts: DynamodbStoreParts = {}): TaskStore {
  const records = createRecords(items);
  const claims = createClaims(items, records);
  /** A condition that held once does not hold again: a request that was sent twice knows its own write. */
  const isWrittenBy = async (id: string, write: string) => (await records.find(id))?.write === write;
  const hasVersion = (expectedVersion: number) => ({
    expression: '#version = :expected AND attribute_not_exists(#removed)',
    values: { ':expected': { N: String(expectedVersion) } },
  });
  return {
    ...(parts.durability !== undefined && { durability: parts.durability }),
    insert: claims.insert,
    get: records.get,
    byKey: claims.byKey,
    async replace(task, expectedVersion) {
      const write = randomUUID();
      const next = replacement(task, write);
      await records.writeParts(task.id, next.parts, next.expiry);
      const changed = await items.update(recordKey(task.id), next.change, hasVersion(expectedVersion));
      return changed !== undefined || isWrittenBy(task.id, write);
    },
    async remove(id, expectedVersion) {
      const write = randomUUID();
      const changed = await items.update(recordKey(id), removal(id, write), hasVersion(expectedVersion));
      const removed = changed === undefined ? await records.find(id) : readRecordItem(changed);
      if (removed?.removed === undefined) return false;
      await claims.finishRemoval(id, removed);
      return removed.write === write;
    },
    ...createScans({ items, records, finishRemoval: claims.finishRemoval }),
    async [Symbol.asyncDispose]() {
      parts.close?.();
    },
  };
}

function durabilityOf({ url }: ConnectionOptions): Durability {
  if (url === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(url).hostname)) {
    return { outlives: 'replicated', detail: 'The service keeps a write in several places before it answers.' };
  }
  const detail = 'As durable as the program at that endpoint: dynalite leaves it to the system when a write is synced.';
  return { outlives: 'process', detail };
}
