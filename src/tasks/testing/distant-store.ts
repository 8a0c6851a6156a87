import { getAll, replaceAll } from '../../stores/several.ts';
import type { TaskStore } from '../../stores/store.ts';

/** A store as far away as a disk or another machine: each call takes a while there and, when it writes, a while back. */
export function distant(store: TaskStore, there: number, back: number): TaskStore {
  const write = async <T>(call: () => Promise<T>): Promise<T> => {
    await pause(there);
    const value = await call();
    await pause(back);
    return value;
  };
  return {
    ...store,
    insert: (task) => write(() => store.insert(task)),
    replace: (task, version) => write(() => store.replace(task, version)),
    remove: (id, version) => write(() => store.remove(id, version)),
    replaceAll: (writes) => write(() => replaceAll(store, writes)),
    getAll: async (ids) => {
      await pause(there);
      return getAll(store, ids);
    },
    get: async (id) => {
      await pause(there);
      return store.get(id);
    },
  };
}

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
