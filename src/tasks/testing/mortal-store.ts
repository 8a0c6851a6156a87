import type { TaskStore } from '../../stores/store.ts';
import { guarded } from './guarded-store.ts';

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
      ...guarded(store, pass),
      presence: { announce: async () => {}, isGone: async () => true },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
  };
}
