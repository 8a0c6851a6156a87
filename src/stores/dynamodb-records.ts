import type { TaskRecord } from '../tasks/task.ts';
import { decodeTask } from '../tasks/task-record.ts';
import { type Item, type ItemKey, readRecordItem, recordKey, type StoredRecord } from './dynamodb-item.ts';
import type { Items } from './dynamodb-items.ts';
import { listedParts, type Part, unpackRecord } from './dynamodb-parts.ts';

/** Records with their parts. */
export interface Records {
  /** The item as it stands, also one that is being removed. */
  find(id: string): Promise<StoredRecord | undefined>;
  get(id: string): Promise<TaskRecord | undefined>;
  /** The records of these items that are not being removed, each as it stands now. */
  read(keys: readonly ItemKey[]): Promise<readonly { readonly key: ItemKey; readonly found: StoredRecord }[]>;
  /** The whole record; undefined: it was changed or removed while its parts were read. */
  whole(id: string, found: StoredRecord): Promise<TaskRecord | undefined>;
  /** Must come before the record that points at them. */
  writeParts(id: string, parts: readonly Part[], expires: Item): Promise<void>;
  removeParts(id: string): Promise<void>;
}

const READ_ATTEMPTS_MAX = 20; // Each further one means that the record was written meanwhile.
const KNOWN_PARTS_MAX = 10_000;

export function createRecords(items: Items): Records {
  // A heartbeat writes the record again, and its parts need not be. They stay until the record is removed for ever.
  const known = new Set<string>();

  async function find(id: string): Promise<StoredRecord | undefined> {
    const item = await items.get(recordKey(id));
    return item === undefined ? undefined : readRecordItem(item);
  }

  async function whole(id: string, { record, parts: listing }: StoredRecord): Promise<TaskRecord | undefined> {
    if (listing === undefined) return decodeTask(record);
    const { pk } = recordKey(id);
    const found = await items.getAll(listedParts(listing).map((sortKey) => ({ pk, sk: { S: sortKey } })));
    const parts = new Map(found.flatMap(({ sk, bytes }) => (sk?.S && bytes?.B ? [[sk.S, bytes.B] as const] : [])));
    const text = unpackRecord(record, listing, parts);
    return text === undefined ? undefined : decodeTask(text);
  }

  return {
    find,
    whole,
    async get(id) {
      for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
        const found = await find(id);
        if (found === undefined || found.removed !== undefined) return undefined;
        const task = await whole(id, found);
        if (task !== undefined) return task;
      }
      throw new Error(`the record of task ${id} points at parts that are not in the table`);
    },
    async read(keys) {
      const found = await items.getAll(keys);
      const byKey = new Map(found.map((item) => [item.pk?.S, readRecordItem(item)]));
      return keys.flatMap((key) => {
        const record = byKey.get(key.pk.S);
        return record === undefined ? [] : [{ key, found: record }];
      });
    },
    async writeParts(id, parts, expires) {
      const { pk } = recordKey(id);
      const unknown = parts.filter(({ sortKey }) => !known.has(`${id} ${sortKey}`));
      await Promise.all(
        unknown.map(({ sortKey, bytes }) => items.put({ pk, sk: { S: sortKey }, bytes: { B: bytes }, ...expires })),
      );
      for (const { sortKey } of unknown) known.add(`${id} ${sortKey}`);
      for (const oldest of known) {
        if (known.size <= KNOWN_PARTS_MAX) break;
        known.delete(oldest);
      }
    },
    async removeParts(id) {
      const keys = await items.sortKeys(recordKey(id).pk, 'part#');
      await Promise.all(keys.map((key) => items.remove(key)));
      for (const { sk } of keys) known.delete(`${id} ${sk.S}`);
    },
  };
}
