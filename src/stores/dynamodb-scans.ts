import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { dueUntilText, hashOf, type ItemKey, positionText, type StoredRecord } from './dynamodb-item.ts';
import type { IndexScan, Items } from './dynamodb-items.ts';
import type { Records } from './dynamodb-records.ts';
import { INDEXES } from './dynamodb-table.ts';
import type { Position, TaskStore } from './store.ts';

export type Scans = Pick<TaskStore, 'list' | 'due' | 'queued' | 'held'>;

export interface ScanParts {
  readonly items: Items;
  readonly records: Records;
  /** Finishes what a remover began. */
  readonly finishRemoval: (id: string, removed: StoredRecord) => Promise<void>;
}

/**
 * The ordered scans, over indexes that follow the table a little later. Every record is read from the table, consistently, and left
 * out when it does not belong to the scan any more. So what comes back is always true; a record that was written a moment ago may
 * be missing, and comes with the next scan: the engine's are repeated, and a client's list may be as late.
 */
export function createScans({ items, records, finishRemoval }: ScanParts): Scans {
  async function scan(
    range: Omit<IndexScan, 'pageSize'>,
    limit: number,
    belongs: (task: TaskRecord) => boolean,
  ): Promise<readonly TaskRecord[]> {
    const tasks: TaskRecord[] = [];
    for await (const keys of items.scan({ ...range, pageSize: limit })) {
      for (const task of await current(keys)) {
        if (belongs(task)) tasks.push(task);
      }
      if (tasks.length >= limit) break;
    }
    return tasks.slice(0, limit);
  }

  async function current(keys: readonly ItemKey[]): Promise<readonly TaskRecord[]> {
    const tasks: TaskRecord[] = [];
    for (const { key, found } of await records.read(keys)) {
      const id = key.pk.S.slice('task#'.length);
      const task = found.removed === undefined ? await records.whole(id, found) : await finishRemoval(id, found);
      if (task !== undefined) tasks.push(task);
    }
    return tasks;
  }

  const byState = (state: 'queued' | 'held', after: Position | undefined) => ({
    index: INDEXES.byState,
    partition: state,
    ...(after !== undefined && { bound: { is: '>' as const, value: positionText(after) } }),
  });

  return {
    list(principal, { after, limit }) {
      const bound = after === undefined ? {} : { bound: { is: '<' as const, value: positionText(after) } };
      const range = { index: INDEXES.byPrincipal, partition: hashOf(principal), isDescending: true, ...bound };
      return scan(range, limit, (task) => task.principal === principal);
    },
    async due(nowMs, limit) {
      const range = { index: INDEXES.byDue, partition: 'due', bound: { is: '<' as const, value: dueUntilText(nowMs) } };
      const tasks = await scan(range, limit, (task) => (dueAt(task) ?? Number.POSITIVE_INFINITY) <= nowMs);
      // The index may still have some at a place where they were before.
      return tasks.toSorted((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || a.createdAt - b.createdAt);
    },
    queued: ({ after, limit }) => scan(byState('queued', after), limit, ({ state }) => state === 'queued'),
    held: ({ after, limit }) => scan(byState('held', after), limit, ({ lease }) => lease !== null),
  };
}
