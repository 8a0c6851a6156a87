import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StoreUsage, storeUsage } from '../model/store-usage.ts';

export interface StoreUsageFolder {
  /** What tells the server where to count. */
  readonly env: Readonly<Record<string, string>>;
  /** Of all its processes, also those that were killed; null: none counts. */
  sum(): StoreUsage | null;
}

export function createStoreUsageFolder(scratch: string): StoreUsageFolder {
  const folder = join(scratch, 'store-usage');
  mkdirSync(folder, { recursive: true });
  return {
    env: { CLAIMCHECK_STORE_USAGE: folder },
    sum() {
      const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
      // Of a process that has asked nothing yet there is an empty file.
      const all = texts.filter((text) => text !== '').map((text) => storeUsage.parse(JSON.parse(text)));
      if (all.length === 0) return null;
      return all.reduce((sum, one) => ({
        operations: sum.operations + one.operations,
        tasks: sum.tasks + one.tasks,
        bytes: sum.bytes === null || one.bytes === null ? null : sum.bytes + one.bytes,
      }));
    },
  };
}
