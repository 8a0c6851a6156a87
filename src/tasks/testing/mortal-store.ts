import type { TaskStore } from '../../stores/store.ts';

/** The same store as a process that dies sees it: from `die` on nothing that it calls happens. */
export function mortal(store: TaskStore): { readonly store: TaskStore; die(): void } {
  let isDead = false;
  const pass = async <T>(call: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error('this process is dead');
    return call();
  };
  return {
    die() {
      isDead = true;
    },
    store: {
      insert: (task) => pass(() => store.insert(task)),
      get: (id) => pass(() => store.get(id)),
      byKey: (principal, key) => pass(() => store.byKey(principal, key)),
      replace: (task, version) => pass(() => store.replace(task, version)),
      remove: (id, version) => pass(() => store.remove(id, version)),
      list: (principal, page) => pass(() => store.list(principal, page)),
      due: (nowMs, limit) => pass(() => store.due(nowMs, limit)),
      queued: (page) => pass(() => store.queued(page)),
      held: (page) => pass(() => store.held(page)),
      presence: { announce: async () => {}, isGone: async () => true },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
  };
}
