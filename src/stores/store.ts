import type { Meta } from '../registry.ts';
import type { TaskRecord } from '../tasks/task.ts';
import type { ConnectionOptions, Engine } from './connection.ts';

/**
 * Where task records live. The engine needs no more than this: single-record writes with compare-and-set, one unique
 * key, and three ordered scans. Every method may reject when the store fails; the engine then knows nothing of what
 * became of the write. A resolved write of a durable store survives the death of the process.
 */
export interface TaskStore extends AsyncDisposable {
  /** Adds a new record, unless its principal has one with the same idempotency key: then that one comes back and nothing is written. */
  insert(task: TaskRecord): Promise<InsertAnswer>;
  get(id: string): Promise<TaskRecord | undefined>;
  byKey(principal: string, idempotencyKey: string): Promise<TaskRecord | undefined>;
  /** Writes `task` over the record of that id if that has `expectedVersion`. false: it has another, or is gone. Id, principal, key and createdAt never change. */
  replace(task: TaskRecord, expectedVersion: number): Promise<boolean>;
  /** `get` of each, told in their order. Only stores that do it in one go have it (several.ts does it for the others). */
  getAll?(ids: readonly string[]): Promise<readonly (TaskRecord | undefined)[]>;
  /** `replace` of each, of different records, told in their order. Only stores that do it in one go have it. */
  replaceAll?(writes: readonly Replacement[]): Promise<readonly boolean[]>;
  /** Forgets the record, and frees its key, if it has `expectedVersion`. false as in `replace`. */
  remove(id: string, expectedVersion: number): Promise<boolean>;
  /** The principal's records, newest first (createdAt, then id, both descending), strictly after `after`. */
  list(principal: string, page: { readonly after?: Position; readonly limit: number }): Promise<readonly TaskRecord[]>;
  /** Records whose `dueAt` (src/tasks/due.ts) is at or before `nowMs`, the longest due first. */
  due(nowMs: number, limit: number): Promise<readonly TaskRecord[]>;
  /** Queued records, the oldest first (createdAt, then id), strictly after `after`. */
  queued(page: { readonly after?: Position; readonly limit: number }): Promise<readonly TaskRecord[]>;
  /** Records a worker holds (those with a lease), oldest first, strictly after `after`. */
  held(page: { readonly after?: Position; readonly limit: number }): Promise<readonly TaskRecord[]>;
  /** Stores that can tell a dead worker from a slow one without waiting for its lease to end. */
  readonly presence?: Presence;
  /** What a resolved write outlives, as its engine is set up; left out: what the meta says. */
  readonly durability?: Durability;
  /** 32 random bytes made with the store: what all servers on it sign with, also on machines that share no directory. */
  readonly secret?: Uint8Array;
  /** Bytes of records it has handed to where it keeps them since it was opened; left out: it does not know. */
  bytesWritten?(): number;
}

export interface Replacement {
  readonly task: TaskRecord;
  readonly expectedVersion: number;
}

export interface Durability {
  /** The server's own process; the machine as well, since it is synced to a disk; or the loss of that disk, too. */
  readonly outlives: 'process' | 'disk' | 'replicated';
  /** By which settings, and what may be lost all the same, in one sentence. */
  readonly detail: string;
}

/** Kept for as long as the worker's process lives, and freed by whatever outlives it (the kernel, a database session). */
export interface Presence {
  announce(worker: string): Promise<void>;
  /** true only when that worker is certainly dead. */
  isGone(worker: string): Promise<boolean>;
}

export type InsertAnswer = { readonly kind: 'inserted' } | { readonly kind: 'key-taken'; readonly task: TaskRecord };

/** A place in an ordered scan. */
export interface Position {
  readonly createdAt: number;
  readonly id: string;
}

export interface StoreMeta extends Meta {
  /** Records survive the death of the process. */
  readonly durable: boolean;
  /** What it stands on; left out: nothing beside the process and its files. */
  readonly engine?: Engine;
}

export interface StoreOptions {
  /** Where the store may keep files; created when missing. */
  readonly directory: string;
  readonly connection: ConnectionOptions;
  /** The name of this deployment, for stores that keep it beside their records. */
  readonly release?: string | undefined;
}

/** Opens a store. Throws a UsageError when it cannot be reached or written. */
export type OpenStore = (options: StoreOptions) => Promise<TaskStore>;
