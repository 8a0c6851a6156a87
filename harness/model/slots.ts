/**
 * Listeners that come and go by the thousand: a list with a place for each. A Set would do, but the tables it outgrows keep
 * whatever stood in them alive, and each other, until the collector looks for old garbage.
 */
export interface Slots<Item> {
  /** Returns what takes it out again. */
  add(item: Item): () => void;
  /** Takes everything out, in the order of coming in as far as places were not used again. */
  takeAll(): Item[];
  each(visit: (item: Item) => void): void;
}

export function createSlots<Item extends object>(): Slots<Item> {
  let items: (Item | null)[] = [];
  let free: number[] = [];
  return {
    add(item) {
      const place = free.pop() ?? items.length;
      items[place] = item;
      return () => {
        if (items[place] !== item) return;
        items[place] = null;
        free.push(place);
      };
    },
    each(visit) {
      for (const item of items) if (item !== null) visit(item);
    },
    takeAll() {
      const all = items.filter((item) => item !== null);
      items = [];
      free = [];
      return all;
    },
  };
}
