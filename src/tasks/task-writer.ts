import type { TaskStore } from '../stores/store.ts';
import type { ServerClock } from './clock.ts';
import type { EngineEvent } from './engine-options.ts';
import type { TaskHub } from './hub.ts';
import type { TaskRecord } from './task.ts';
import { applyEvent, type TaskEvent } from './transitions.ts';

/** The one way a record changes: read, decide, apply the table, compare-and-set, then tell. */
export interface TaskWriter {
  /** Applies what `decide` says of the record as it stands; decides again when somebody else was faster. */
  change(id: string, decide: (task: TaskRecord) => TaskEvent | undefined): Promise<ChangeAnswer>;
  /** Applies the event to exactly this version. undefined: somebody else changed it, or the table forbids it. */
  changeFrom(task: TaskRecord, event: TaskEvent): Promise<TaskRecord | undefined>;
  /** `changeFrom` of different tasks, told in their order; left out: the store cannot do it in one go. */
  readonly changeTogether?: (changes: readonly Change[]) => Promise<readonly (TaskRecord | undefined)[]>;
  remove(task: TaskRecord): Promise<boolean>;
}

export interface Change {
  readonly task: TaskRecord;
  readonly event: TaskEvent;
}

export type ChangeAnswer =
  | { readonly kind: 'changed'; readonly task: TaskRecord }
  /** `decide` or the table said no. */
  | { readonly kind: 'unchanged'; readonly task: TaskRecord }
  | { readonly kind: 'gone' };

const ATTEMPTS_MAX = 50; // Each lost race means that somebody else got on; a task sees a handful of writes in its life.

export interface TaskWriterParts {
  readonly store: TaskStore;
  readonly clock: ServerClock;
  readonly hub: TaskHub;
  readonly observe: (event: EngineEvent) => void;
  /** The deployment this is; left out: it has no name. */
  readonly release?: string | undefined;
}

export function createTaskWriter({ store, clock, hub, observe, release }: TaskWriterParts): TaskWriter {
  async function changeFrom(task: TaskRecord, event: TaskEvent): Promise<TaskRecord | undefined> {
    const next = changedBy(task, event);
    if (next === undefined || !(await store.replace(next, task.version))) return undefined;
    tell({ task, event }, next);
    return next;
  }

  function changedBy(task: TaskRecord, event: TaskEvent): TaskRecord | undefined {
    const changed = applyEvent(task, event, clock.now());
    return changed === undefined || release === undefined ? changed : { ...changed, release };
  }

  function tell({ task, event }: Change, next: TaskRecord): void {
    // A renewed lease, or a seal, is nothing that anybody outside could see.
    if (event.type === 'renew' || event.type === 'seal') return;
    observe({ type: 'change', before: task, after: next });
    hub.publish(next);
  }

  function together(replaceAll: NonNullable<TaskStore['replaceAll']>): TaskWriter['changeTogether'] {
    return async (changes) => {
      const nexts = changes.map(({ task, event }) => changedBy(task, event));
      const writes = changes.flatMap(({ task }, at) => {
        const next = nexts[at];
        return next === undefined ? [] : [{ task: next, expectedVersion: task.version }];
      });
      const answers = writes.length === 0 ? [] : await replaceAll(writes);
      let asked = 0;
      return changes.map((change, at) => {
        const next = nexts[at];
        if (next === undefined || answers[asked++] !== true) return undefined;
        tell(change, next);
        return next;
      });
    };
  }

  const replaceAll = store.replaceAll?.bind(store);
  return {
    changeFrom,
    ...(replaceAll && { changeTogether: together(replaceAll) }),
    async change(id, decide) {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const task = await store.get(id);
        if (task === undefined) return { kind: 'gone' };
        const event = decide(task);
        if (event === undefined || applyEvent(task, event, clock.now()) === undefined)
          return { kind: 'unchanged', task };
        const changed = await changeFrom(task, event);
        if (changed !== undefined) return { kind: 'changed', task: changed };
      }
      throw new Error(`task ${id} changed under our hands ${ATTEMPTS_MAX} times in a row`);
    },
    async remove(task) {
      const isRemoved = await store.remove(task.id, task.version);
      if (isRemoved) observe({ type: 'removed', task });
      return isRemoved;
    },
  };
}
