import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Entry } from '../../registry.ts';
import { connectionSchema } from '../connection.ts';
import { STORES } from '../index.ts';
import type { OpenStore, StoreMeta, StoreOptions, TaskStore } from '../store.ts';
import { connectionTo, describeOn } from './engine.ts';

/** Where one store of a test keeps its records: empty at first, the same at each opening. */
export interface StorePlace extends Disposable {
  readonly options: StoreOptions;
  open(): Promise<TaskStore>;
}

export async function newPlace({ load, meta }: Entry<OpenStore, StoreMeta>): Promise<StorePlace> {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-store-'));
  const connection = meta.engine === undefined ? connectionSchema.parse({}) : await connectionTo(meta.engine);
  const options = { directory, connection };
  return {
    options,
    open: async () => (await load())(options),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The suite for each registered store that `isMeant`; where its engine is missing, it is left out and the title says why. */
export function describeStores(
  title: (id: string) => string,
  isMeant: (meta: StoreMeta) => boolean,
  suite: (entry: Entry<OpenStore, StoreMeta>, id: string) => void,
): void {
  for (const [id, entry] of Object.entries(STORES)) {
    const { engine } = entry.meta;
    if (!isMeant(entry.meta)) continue;
    if (engine === undefined) describe(title(id), () => suite(entry, id));
    else describeOn(engine, title(id), () => suite(entry, id));
  }
}
