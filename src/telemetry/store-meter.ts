import type { InsertAnswer, Replacement, TaskStore } from '../stores/store.ts';
import type { TaskRecord } from '../tasks/task.ts';

type StoreOperation = 'insert' | 'get' | 'byKey' | 'replace' | 'remove' | 'list' | 'due' | 'queued' | 'held';

/** What one server asked of its store since it was put together. */
export interface StoreUsage {
  /** Operations asked for, whatever became of them. */
  readonly operations: Readonly<Record<StoreOperation, number>>;
  /** Records the store says it has added. */
  readonly taskCount: number;
  /** Bytes of records handed to where the store keeps them; null: this store does not tell. */
  readonly byteCount: number | null;
}

export interface StoreMeter {
  /** The same store, counted. */
  readonly store: TaskStore;
  usage(): StoreUsage;
}

/** `onUsed` is called when an operation is asked for, and when a write was answered: some stores encode it only when they come to it. */
export function meterStore(store: TaskStore, onUsed: (usage: () => StoreUsage) => void = () => {}): StoreMeter {
  const operations = { insert: 0, get: 0, byKey: 0, replace: 0, remove: 0, list: 0, due: 0, queued: 0, held: 0 };
  let taskCount = 0;
  const usage = () => ({ operations: { ...operations }, taskCount, byteCount: store.bytesWritten?.() ?? null });

  /** `times`: how many records are asked for at once. */
  function counted<T>(name: StoreOperation, call: () => Promise<T>, times = 1): Promise<T> {
    operations[name] += times;
    onUsed(usage);
    return call();
  }

  // What looks at an answer stands beside the caller, who gets the store's own promise and waits no longer than for that.
  function insert(task: TaskRecord): Promise<InsertAnswer> {
    const answer = counted('insert', () => store.insert(task));
    answer.then(
      ({ kind }) => {
        if (kind === 'inserted') taskCount += 1;
        onUsed(usage);
      },
      () => {}, // The caller's to handle.
    );
    return answer;
  }

  function replace(task: TaskRecord, version: number): Promise<boolean> {
    const answer = counted('replace', () => store.replace(task, version));
    answer.then(
      () => onUsed(usage),
      () => {},
    );
    return answer;
  }

  function replaceAll(all: NonNullable<TaskStore['replaceAll']>, writes: readonly Replacement[]) {
    const answer = counted('replace', () => all(writes), writes.length);
    answer.then(
      () => onUsed(usage),
      () => {},
    );
    return answer;
  }

  const { presence, durability, secret, bytesWritten } = store;
  const [several, together] = [store.getAll?.bind(store), store.replaceAll?.bind(store)];
  return {
    usage,
    store: {
      insert,
      get: (id) => counted('get', () => store.get(id)),
      byKey: (principal, key) => counted('byKey', () => store.byKey(principal, key)),
      replace,
      ...(several && { getAll: (ids) => counted('get', () => several(ids), ids.length) }),
      ...(together && { replaceAll: (writes) => replaceAll(together, writes) }),
      remove: (id, version) => counted('remove', () => store.remove(id, version)),
      list: (principal, page) => counted('list', () => store.list(principal, page)),
      due: (nowMs, limit) => counted('due', () => store.due(nowMs, limit)),
      queued: (page) => counted('queued', () => store.queued(page)),
      held: (page) => counted('held', () => store.held(page)),
      ...(presence && { presence }),
      ...(durability && { durability }),
      ...(secret && { secret }),
      ...(bytesWritten && { bytesWritten: () => bytesWritten.call(store) }),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
  };
}
