import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import type { Position, TaskStore } from './store.ts';

/** Records in the memory of the process. Scans walk all of them: fine for the tens of thousands that fit a test run. */
export async function openMemoryStore(): Promise<TaskStore> {
  const byId = new Map<string, TaskRecord>();
  const idByKey = new Map<string, string>();
  const select = (accepts: (task: TaskRecord) => boolean) => [...byId.values()].filter(accepts);
  const oldest = (
    accepts: (task: TaskRecord) => boolean,
    page: { readonly after?: Position; readonly limit: number },
  ) => {
    const { after } = page;
    const found = select((task) => accepts(task) && (after === undefined || inOrder(after, task) < 0));
    return found.sort(inOrder).slice(0, page.limit);
  };
  const keyed = (principal: string, key: string) => {
    const id = idByKey.get(keyOf(principal, key));
    return id === undefined ? undefined : byId.get(id);
  };
  return {
    async insert(task) {
      if (byId.has(task.id)) throw new Error(`task id ${task.id} exists already`);
      if (task.idempotencyKey !== null) {
        const holder = keyed(task.principal, task.idempotencyKey);
        if (holder !== undefined) return { kind: 'key-taken', task: holder };
        idByKey.set(keyOf(task.principal, task.idempotencyKey), task.id);
      }
      byId.set(task.id, task);
      return { kind: 'inserted' };
    },
    get: async (id) => byId.get(id),
    byKey: async (principal, key) => keyed(principal, key),
    async replace(task, expectedVersion) {
      if (byId.get(task.id)?.version !== expectedVersion) return false;
      byId.set(task.id, task);
      return true;
    },
    async remove(id, expectedVersion) {
      const task = byId.get(id);
      if (task?.version !== expectedVersion) return false;
      byId.delete(id);
      if (task.idempotencyKey !== null) idByKey.delete(keyOf(task.principal, task.idempotencyKey));
      return true;
    },
    async list(principal, { after, limit }) {
      const mine = select((task) => task.principal === principal && (after === undefined || inOrder(task, after) < 0));
      return mine.sort((a, b) => inOrder(b, a)).slice(0, limit);
    },
    async due(nowMs, limit) {
      const found = select((task) => (dueAt(task) ?? Number.POSITIVE_INFINITY) <= nowMs);
      return found.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || inOrder(a, b)).slice(0, limit);
    },
    queued: async (page) => oldest((task) => task.state === 'queued', page),
    held: async (page) => oldest((task) => task.lease !== null, page),
    async [Symbol.asyncDispose]() {
      byId.clear();
      idByKey.clear();
    },
  };
}

function keyOf(principal: string, key: string): string {
  return JSON.stringify([principal, key]);
}

function inOrder(a: Position, b: Position): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}
