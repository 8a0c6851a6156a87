import type { StorageLink } from '../simulation.ts';
import { openMemoryStore } from './memory.ts';
import { getAll, replaceAll } from './several.ts';
import { openSqliteStore } from './sqlite.ts';
import type { TaskStore } from './store.ts';

/** What a simulated store stands on. */
export interface SimulatedPlace {
  readonly directory: string;
  readonly boot: number;
  readonly disk: Map<string, unknown>;
  readonly storage: StorageLink;
}

/**
 * A store for one boot in virtual time, every operation of which takes a while on its way there and back: a kill may fall
 * before it has landed, or after it and before anybody heard of it.
 *
 * `memory` dies with the boot, `sqlite` is the real one on files, and `modelled` is a durable store in memory: what has
 * landed survives every kill.
 */
export async function openSimulatedStore(name: string, place: SimulatedPlace): Promise<TaskStore> {
  switch (name) {
    case 'memory':
      return delayed(await openMemoryStore(), place);
    case 'sqlite':
      return delayed(await openSqliteStore(place), place);
    case 'modelled':
      return delayed(await openModelledStore(place), place);
    default:
      throw new Error(`Unknown store '${name}' for a simulation; known: memory, modelled, sqlite.`);
  }
}

async function openModelledStore({ disk, boot }: SimulatedPlace): Promise<TaskStore> {
  const known = disk.get('tasks');
  const records = isStore(known) ? known : await openMemoryStore();
  disk.set('tasks', records);
  const workers = disk.get('workers');
  const bootOf: Map<unknown, unknown> = workers instanceof Map ? workers : new Map();
  disk.set('workers', bootOf);
  return {
    ...records,
    presence: {
      async announce(worker) {
        bootOf.set(worker, boot);
      },
      // One process at a time: whoever announced himself in an earlier boot is dead.
      isGone: async (worker) => bootOf.get(worker) !== boot,
    },
    // The records stay on the disk.
    async [Symbol.asyncDispose]() {},
  };
}

function isStore(value: unknown): value is TaskStore {
  return typeof value === 'object' && value !== null && 'insert' in value && 'held' in value;
}

function delayed(store: TaskStore, { storage }: SimulatedPlace): TaskStore {
  const read = async <Value>(operation: () => Promise<Value>): Promise<Value> => {
    await storage.before('read');
    return operation();
  };
  const write = async <Value>(operation: () => Promise<Value>): Promise<Value> => {
    await storage.before('write');
    const value = await operation();
    await storage.after('write');
    return value;
  };
  return {
    insert: (task) => write(() => store.insert(task)),
    replace: (task, expectedVersion) => write(() => store.replace(task, expectedVersion)),
    // What one turn of the loop asks for together travels together, as with a pipeline or a commit of a group.
    getAll: (ids) => read(() => getAll(store, ids)),
    replaceAll: (writes) => write(() => replaceAll(store, writes)),
    remove: (id, expectedVersion) => write(() => store.remove(id, expectedVersion)),
    get: (id) => read(() => store.get(id)),
    byKey: (principal, key) => read(() => store.byKey(principal, key)),
    list: (principal, page) => read(() => store.list(principal, page)),
    due: (nowMs, limit) => read(() => store.due(nowMs, limit)),
    queued: (page) => read(() => store.queued(page)),
    held: (page) => read(() => store.held(page)),
    ...(store.presence === undefined ? {} : { presence: store.presence }),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
