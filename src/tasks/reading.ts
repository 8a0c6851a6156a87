import type { TaskStore } from '../stores/store.ts';
import type { ServerClock } from './clock.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { isExpired } from './due.ts';
import type { TaskHub } from './hub.ts';
import { withPollHint } from './poll-hint.ts';
import type { TaskRecord } from './task.ts';
import type { TaskEngine } from './task-engine.ts';
import { isTerminal } from './transitions.ts';

/** What clients may look at: their own tasks, until those expire. */
export interface Reading extends Pick<TaskEngine, 'get' | 'wait' | 'changed' | 'list'> {
  /** Reads again some of what is followed and not run here, each in its turn, and tells what another process has changed. */
  reread(isHere: (id: string) => boolean): Promise<void>;
}

export interface ReadingParts {
  readonly store: TaskStore;
  readonly clock: ServerClock;
  readonly hub: TaskHub;
  /** Aborted when the engine stops: nobody waits any longer. */
  readonly life: AbortSignal;
  /** What clients are told to wait between polls where nothing is known of the work. */
  readonly pollIntervalMs: number;
}

const PAGE_MAX = 1_000;

export function createReading({ store, clock, hub, life, pollIntervalMs }: ReadingParts): Reading {
  async function get(principal: string, id: string): Promise<TaskRecord | undefined> {
    const task = await store.get(id);
    if (task === undefined || task.principal !== principal || isExpired(task, clock.now())) return undefined;
    return withPollHint(task, clock.now(), pollIntervalMs);
  }

  type Found = TaskRecord | undefined;

  /** The task once that is what is waited for, or there is none. */
  async function until(
    principal: string,
    id: string,
    signal: AbortSignal,
    is: (task: TaskRecord) => boolean,
  ): Promise<Found> {
    using followed = follow(hub, id, [signal, life]); // Before the read, or a change between the two would be missed.
    for (;;) {
      const task = await get(principal, id);
      if (task === undefined || is(task)) return task;
      await followed.change();
    }
  }

  return {
    get,
    wait: (principal, id, signal) =>
      until(principal, id, signal, ({ state }) => isTerminal(state) || state === 'input_required'),
    changed: (principal, seen, signal) => until(principal, seen.id, signal, ({ version }) => version !== seen.version),
    async list(principal, { cursor, limit }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      if (cursor !== undefined && after === undefined) return 'bad-cursor';
      const size = Math.min(Math.max(1, Math.floor(limit)), PAGE_MAX);
      // One more than asked for tells whether there is a next page.
      const found = await store.list(principal, { limit: size + 1, ...(after !== undefined && { after }) });
      const page = found.slice(0, size);
      const last = page.at(-1);
      const tasks = page.filter((task) => !isExpired(task, clock.now()));
      return found.length > size && last !== undefined ? { tasks, nextCursor: encodeCursor(last) } : { tasks };
    },
    reread: createReread(store, hub),
  };
}

const REREADS_MAX = 100; // At a time; who follows more hears of each a little later.

function createReread(store: TaskStore, hub: TaskHub): Reading['reread'] {
  /** What each was when it was last looked at. */
  const versions = new Map<string, number>();
  let turn = 0;
  return async (isHere) => {
    const followed = hub.followed();
    const known = new Set(followed);
    for (const id of versions.keys()) if (!known.has(id)) versions.delete(id);
    const elsewhere = followed.filter((id) => !isHere(id));
    const from = elsewhere.length === 0 ? 0 : turn % elsewhere.length;
    const ids = [...elsewhere.slice(from), ...elsewhere.slice(0, from)].slice(0, REREADS_MAX);
    turn = from + ids.length;
    await Promise.all(
      ids.map(async (id) => {
        const task = await store.get(id);
        if (task !== undefined && versions.get(id) === task.version) return;
        if (task === undefined) return hub.poke(id);
        versions.set(id, task.version);
        hub.publish(task);
      }),
    );
  };
}

/** Resolves on the next change of the task, also on one that came while nobody was looking; rejects when a signal is aborted. */
function follow(hub: TaskHub, id: string, signals: readonly AbortSignal[]): Disposable & { change(): Promise<void> } {
  let hasChanged = false;
  let wake = () => {};
  const unfollow = hub.follow(id, () => {
    hasChanged = true;
    wake();
  });
  const stop = () => wake();
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true });
  return {
    async change() {
      for (const signal of signals) signal.throwIfAborted();
      if (!hasChanged) await new Promise<void>((resolve) => (wake = resolve));
      hasChanged = false;
      for (const signal of signals) signal.throwIfAborted();
    },
    [Symbol.dispose]() {
      for (const signal of signals) signal.removeEventListener('abort', stop);
      unfollow();
    },
  };
}
