import { z } from 'zod';
import type { HistoryIndex } from './history-index.ts';

/** What a server asked of its store, by its own count: what one of its processes writes into its file, and the note of them all. */
export const storeUsage = z.object({
  operations: z.int(),
  /** Those that the store took. */
  tasks: z.int(),
  /** Of the records it was given; null: not known. */
  bytes: z.int().nullable(),
});

export type StoreUsage = Readonly<z.output<typeof storeUsage>>;

/** Until the load had drained (note 'store-usage'); null: it does not count, or the run never came that far. */
export function notedStoreUsage({ notes }: Pick<HistoryIndex, 'notes'>): StoreUsage | null {
  const data = notes.find(({ topic }) => topic === 'store-usage')?.data;
  return storeUsage.safeParse(data).data ?? null;
}
