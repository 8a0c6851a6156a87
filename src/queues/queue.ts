import type { Meta } from '../registry.ts';
import type { ConnectionOptions, Engine } from '../stores/connection.ts';

/**
 * Who runs the work, and how much of it may wait. A queue carries task ids only and may forget them: the store is the truth, and
 * what a queue lost the engine offers again. It may also hand out an id twice: claiming it is a compare-and-set.
 */
export interface TaskQueue extends AsyncDisposable {
  /** A place for work that is about to be recorded, taken at once; undefined: full. */
  reserve(): Place | undefined;
  /** Work that is recorded already. What runs here at this moment is run once more after that. false: full, or waiting here already. */
  offer(id: string): Promise<boolean>;
  /** From now on calls `run` for each id, at most `concurrency` at a time. `run` never rejects. */
  work(run: (id: string) => Promise<void>): void;
  /** Hands out nothing more. What runs goes on. */
  pause(): void;
  /** How many ids wait here and how many run here. */
  load(): { readonly waiting: number; readonly running: number };
}

export interface Place {
  /** The work is recorded: run it. */
  fill(id: string): Promise<void>;
  /** It will not come. */
  free(): void;
}

export interface QueueOptions {
  /** How many tasks this process runs at a time. */
  readonly concurrency: number;
  /** How many may wait beyond those. */
  readonly waitingMax: number;
  readonly connection: ConnectionOptions;
  /** Told of what went wrong behind its callers' backs. */
  readonly onError?: (error: unknown, doing: string) => void;
}

export interface QueueMeta extends Meta {
  /** What it stands on; left out: nothing beside the process. */
  readonly engine?: Engine;
}

/** Opens a queue. Throws a UsageError when what it needs cannot be reached. */
export type OpenQueue = (options: QueueOptions) => Promise<TaskQueue>;
