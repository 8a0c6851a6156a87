import { randomUUID } from 'node:crypto';
import type { TaskRecord } from '../tasks/task.ts';
import {
  claimKey,
  claimKeyOf,
  expiryOf,
  type Item,
  type ItemKey,
  newClaimItem,
  newRecordItem,
  readClaimItem,
  recordKey,
  type StoredClaim,
  type StoredRecord,
} from './dynamodb-item.ts';
import type { Items } from './dynamodb-items.ts';
import type { Records } from './dynamodb-records.ts';
import type { InsertAnswer } from './store.ts';

/**
 * One record for each principal and key, with writes of single items only. The item of the key is the claim: whoever puts it there
 * first has the key. It holds the record as it was made, so a server that dies between the claim and the record leaves nothing half
 * done: the next who meets the key finds a claim without its record and writes that. Nobody had a receipt for it before.
 *
 * A removal goes the other way round, in steps that anybody may finish: the record is marked as removed (that is the moment), then
 * go the claim, the parts, and the record's item last.
 *
 * What is in doubt, because a request was lost and sent again, the `birth` of a record tells: it names the insert that made it.
 */
export interface Claims {
  insert(task: TaskRecord): Promise<InsertAnswer>;
  byKey(principal: string, idempotencyKey: string): Promise<TaskRecord | undefined>;
  /** What is left to do for a record that is marked as removed. */
  finishRemoval(id: string, removed: StoredRecord): Promise<void>;
}

// Each further one means that another request finished a step of its own.
const ATTEMPTS_MAX = 50;

export function createClaims(items: Items, records: Records): Claims {
  const isOf = (birth: string) => ({ expression: '#birth = :birth', values: { ':birth': { S: birth } } });

  async function claimOf(key: ItemKey): Promise<StoredClaim | undefined> {
    const item = await items.get(key);
    return item === undefined ? undefined : readClaimItem(item);
  }

  /** The record of a claim; undefined: it has none any more and is gone, look again. */
  async function recordOf(key: ItemKey, claim: StoredClaim): Promise<TaskRecord | undefined> {
    const found = await records.find(claim.taskId);
    if (found === undefined) {
      await complete(key, claim);
      return undefined;
    }
    if (found.birth !== claim.birth)
      await items.remove(key, isOf(claim.birth)); // Its id was taken: it never had a record.
    else if (found.removed === undefined) return records.whole(claim.taskId, found);
    else await finishRemoval(claim.taskId, found);
    return undefined;
  }

  /** Writes the record that its own insert has not written, or not yet. */
  async function complete(key: ItemKey, claim: StoredClaim): Promise<void> {
    if (!(await items.putNew(claim.item))) return;
    // It may have lived and been removed since we read the claim: then that is gone, and ours must go too.
    const current = await claimOf(key);
    if (current?.birth !== claim.birth) await items.remove(recordKey(claim.taskId), isOf(claim.birth));
  }

  async function finishRemoval(id: string, { birth, claim }: StoredRecord): Promise<void> {
    if (claim !== undefined) await items.remove(claimKeyOf(claim), isOf(birth));
    // Also those that no record points at: a write that was too late leaves its parts behind.
    await records.removeParts(id);
    await items.remove(recordKey(id), isOf(birth));
  }

  /** false: the id is another record's. */
  async function insertRecord(id: string, item: Item, birth: string): Promise<boolean> {
    if (await items.putNew(item)) return true;
    // Our own request may have got there twice, or another has completed it for us; it may have been changed or removed since.
    const found = await records.find(id);
    return found === undefined || found.birth === birth;
  }

  async function insertKeyed(
    task: TaskRecord,
    idempotencyKey: string,
    item: Item,
    birth: string,
  ): Promise<InsertAnswer> {
    const key = claimKey(task.principal, idempotencyKey);
    const own = newClaimItem(key, task, item, birth);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const isNew = await items.putNew(own);
      const claim = isNew ? undefined : await claimOf(key);
      if (isNew || claim?.birth === birth) {
        if (await insertRecord(task.id, item, birth)) return { kind: 'inserted' };
        await items.remove(key, isOf(birth));
        throw new Error(`task id ${task.id} exists already`);
      }
      const holder = claim === undefined ? undefined : await recordOf(key, claim);
      if (holder !== undefined) return { kind: 'key-taken', task: holder };
    }
    throw new Error(`the claim of an idempotency key changed ${ATTEMPTS_MAX} times in a row`);
  }

  return {
    finishRemoval,
    async insert(task) {
      const birth = randomUUID();
      const { item, parts } = newRecordItem(task, birth);
      await records.writeParts(task.id, parts, expiryOf(item));
      if (task.idempotencyKey !== null) return insertKeyed(task, task.idempotencyKey, item, birth);
      if (await insertRecord(task.id, item, birth)) return { kind: 'inserted' };
      throw new Error(`task id ${task.id} exists already`);
    },
    async byKey(principal, idempotencyKey) {
      const key = claimKey(principal, idempotencyKey);
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const claim = await claimOf(key);
        if (claim === undefined) return undefined;
        const task = await recordOf(key, claim);
        if (task !== undefined) return task;
      }
      throw new Error(`the claim of an idempotency key changed ${ATTEMPTS_MAX} times in a row`);
    },
  };
}
