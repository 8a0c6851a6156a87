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
  remove(task: TaskRecord): Promise<boolean>;
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
    const changed = applyEvent(task, event, clock.now());
    if (changed === undefined) return undefined;
    const next = release === undefined ? changed : { ...changed, release };
    if (!(await store.replace(next, task.version))) return undefined;
    // A renewed lease, or a seal, is nothing that anybody outside could see.
    if (event.type !== 'renew' && event.type !== 'seal') {
      observe({ type: 'change', before: task, after: next });
      hub.publish(next);
    }
    return next;
  }
  return {
    changeFrom,
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
