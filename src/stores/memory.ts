import { dueAt } from '../tasks/due.ts';
import type { TaskRecord } from '../tasks/task.ts';
import { createOrderedSet, type OrderedSet } from './ordered-set.ts';
import type { Position, Replacement, TaskStore } from './store.ts';

/** Records in the memory of the process, with an index for each scan: hundreds of thousands of them cost no more than a few. */
export async function openMemoryStore(): Promise<TaskStore> {
  const byId = new Map<string, TaskRecord>();
  const idsByKey = new Map<string, Map<string, string>>();
  const indexes = createIndexes();
  const keyed = (principal: string, key: string) => {
    const id = idsByKey.get(principal)?.get(key);
    return id === undefined ? undefined : byId.get(id);
  };
  const keysOf = (principal: string): Map<string, string> => {
    const known = idsByKey.get(principal) ?? new Map<string, string>();
    idsByKey.set(principal, known);
    return known;
  };
  const forgetKey = (principal: string, key: string) => {
    const own = idsByKey.get(principal);
    own?.delete(key);
    if (own?.size === 0) idsByKey.delete(principal);
  };
  const write = (before: TaskRecord | undefined, after: TaskRecord) => {
    byId.set(after.id, after);
    indexes.change(before, after);
  };
  const replace = ({ task, expectedVersion }: Replacement): boolean => {
    const before = byId.get(task.id);
    if (before?.version !== expectedVersion) return false;
    write(before, task);
    return true;
  };
  const page = (positions: Iterable<Position>, limit: number): readonly TaskRecord[] => {
    const tasks: TaskRecord[] = [];
    for (const { id } of positions) {
      if (tasks.length >= limit) break;
      const task = byId.get(id);
      if (task === undefined) throw new Error(`an index holds the task ${id}, the store does not`);
      tasks.push(task);
    }
    return tasks;
  };
  return {
    async insert(task) {
      if (byId.has(task.id)) throw new Error(`task id ${task.id} exists already`);
      if (task.idempotencyKey !== null) {
        const holder = keyed(task.principal, task.idempotencyKey);
        if (holder !== undefined) return { kind: 'key-taken', task: holder };
        keysOf(task.principal).set(task.idempotencyKey, task.id);
      }
      write(undefined, task);
      return { kind: 'inserted' };
    },
    get: async (id) => byId.get(id),
    getAll: async (ids) => ids.map((id) => byId.get(id)),
    byKey: async (principal, key) => keyed(principal, key),
    replace: async (task, expectedVersion) => replace({ task, expectedVersion }),
    replaceAll: async (writes) => writes.map(replace),
    async remove(id, expectedVersion) {
      const task = byId.get(id);
      if (task?.version !== expectedVersion) return false;
      byId.delete(id);
      indexes.change(task, undefined);
      if (task.idempotencyKey !== null) forgetKey(task.principal, task.idempotencyKey);
      return true;
    },
    list: async (principal, { after, limit }) => page(indexes.ofPrincipal(principal).after(after), limit),
    due: async (nowMs, limit) => page(until(indexes.due.after(), nowMs), limit),
    queued: async ({ after, limit }) => page(indexes.queued.after(after), limit),
    held: async ({ after, limit }) => page(indexes.held.after(after), limit),
    async [Symbol.asyncDispose]() {
      byId.clear();
      idsByKey.clear();
      indexes.clear();
    },
  };
}

interface Due extends Position {
  readonly at: number;
}

/** Where each record stands in each scan. Positions only: most writes change a record and few of its positions. */
function createIndexes() {
  const queued = createOrderedSet(oldestFirst);
  const held = createOrderedSet(oldestFirst);
  const due = createOrderedSet(longestDueFirst);
  const byPrincipal = new Map<string, OrderedSet<Position>>();
  const none = createOrderedSet(newestFirst);

  function enlist({ principal, id, createdAt }: TaskRecord): void {
    const own = byPrincipal.get(principal) ?? createOrderedSet(newestFirst);
    byPrincipal.set(principal, own);
    own.add({ id, createdAt });
  }

  function strike(task: TaskRecord): void {
    const own = byPrincipal.get(task.principal);
    own?.delete(task);
    if (own?.size() === 0) byPrincipal.delete(task.principal);
  }

  return {
    queued,
    held,
    due,
    ofPrincipal: (principal: string) => byPrincipal.get(principal) ?? none,
    /** `before` is undefined for a new record, `after` for a removed one. */
    change(before: TaskRecord | undefined, after: TaskRecord | undefined) {
      if (before === undefined && after !== undefined) enlist(after);
      if (before !== undefined && after === undefined) strike(before);
      place(queued, { before, after, belongs: isQueued });
      place(held, { before, after, belongs: isHeld });
      const [was, is] = [dueOf(before), dueOf(after)];
      if (was?.at === is?.at) return;
      if (was !== undefined) due.delete(was);
      if (is !== undefined) due.add(is);
    },
    clear() {
      for (const index of [queued, held, due]) index.clear();
      byPrincipal.clear();
    },
  };
}

const isQueued = (task: TaskRecord) => task.state === 'queued';
const isHeld = (task: TaskRecord) => task.lease !== null;

/** Its place never changes, so a write moves it in or out, or, as most do, not at all. */
function place(
  index: OrderedSet<Position>,
  {
    before,
    after,
    belongs,
  }: {
    readonly before: TaskRecord | undefined;
    readonly after: TaskRecord | undefined;
    readonly belongs: (task: TaskRecord) => boolean;
  },
): void {
  const was = before !== undefined && belongs(before);
  const is = after !== undefined && belongs(after);
  if (was && !is) index.delete(before);
  if (is && !was) index.add({ createdAt: after.createdAt, id: after.id });
}

function dueOf(task: TaskRecord | undefined): Due | undefined {
  const at = task === undefined ? null : dueAt(task);
  return task === undefined || at === null ? undefined : { createdAt: task.createdAt, id: task.id, at };
}

function* until(positions: Iterable<Due>, nowMs: number): Generator<Position> {
  for (const position of positions) {
    if (position.at > nowMs) return;
    yield position;
  }
}

function oldestFirst(a: Position, b: Position): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

function newestFirst(a: Position, b: Position): number {
  return oldestFirst(b, a);
}

function longestDueFirst(a: Due, b: Due): number {
  return a.at - b.at || oldestFirst(a, b);
}
