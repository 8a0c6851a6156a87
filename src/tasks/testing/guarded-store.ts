import { getAll, replaceAll } from '../../stores/several.ts';
import type { TaskStore } from '../../stores/store.ts';

/** The same store with something in front of every operation: `pass` calls it, later or never. It is not closed through this. */
export function guarded(store: TaskStore, pass: <T>(call: () => Promise<T>) => Promise<T>): TaskStore {
  return {
    insert: (task) => pass(() => store.insert(task)),
    get: (id) => pass(() => store.get(id)),
    getAll: (ids) => pass(() => getAll(store, ids)),
    replaceAll: (writes) => pass(() => replaceAll(store, writes)),
    byKey: (principal, key) => pass(() => store.byKey(principal, key)),
    replace: (task, version) => pass(() => store.replace(task, version)),
    remove: (id, version) => pass(() => store.remove(id, version)),
    list: (principal, page) => pass(() => store.list(principal, page)),
    due: (nowMs, limit) => pass(() => store.due(nowMs, limit)),
    queued: (page) => pass(() => store.queued(page)),
    held: (page) => pass(() => store.held(page)),
    [Symbol.asyncDispose]: async () => {},
  };
}
