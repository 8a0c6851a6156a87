import type { TaskRecord } from '../tasks/task.ts';
import type { Replacement, TaskStore } from './store.ts';

/** `get` of each, in their order: in one go where the store can. Rejects when one of them cannot be read. */
export function getAll(store: TaskStore, ids: readonly string[]): Promise<readonly (TaskRecord | undefined)[]> {
  return store.getAll?.(ids) ?? Promise.all(ids.map((id) => store.get(id)));
}

/** `replace` of each, in their order, begun together. Rejects when one fails; what became of the others is not known then. */
export function replaceAll(store: TaskStore, writes: readonly Replacement[]): Promise<readonly boolean[]> {
  return (
    store.replaceAll?.(writes) ??
    Promise.all(writes.map(({ task, expectedVersion }) => store.replace(task, expectedVersion)))
  );
}
