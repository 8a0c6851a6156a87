/**
 * Items in order, each once. An item is found by comparing: two that compare as 0 are one. Adding and deleting cost about the
 * square root of the size in the worst case, and next to nothing at either end; reading costs what is read.
 */
export interface OrderedSet<Item> {
  add(item: Item): void;
  delete(item: Item): void;
  /** In order, all that come after `position`; all there are without one. Must not be held while the set changes. */
  after(position?: Item): Iterable<Item>;
  clear(): void;
  size(): number;
}

type Compare<Item> = (a: Item, b: Item) => number;

const CHUNK_MAX = 512; // An array of this length is moved by one item in well under a microsecond.

export function createOrderedSet<Item>(compare: Compare<Item>): OrderedSet<Item> {
  return new ChunkedSet(compare);
}

class ChunkedSet<Item> implements OrderedSet<Item> {
  readonly #compare: Compare<Item>;
  readonly #chunks: Item[][] = []; // Never an empty one.
  #size = 0;

  constructor(compare: Compare<Item>) {
    this.#compare = compare;
  }

  size(): number {
    return this.#size;
  }

  add(item: Item): void {
    const chunks = this.#chunks;
    const chunkIndex = this.#chunkIndexOf(item);
    const chunk = chunks[chunkIndex];
    this.#size++;
    if (chunk === undefined) {
      chunks.push([item]);
      return;
    }
    const index = firstIndexIn(chunk, item, this.#compare);
    const held = chunk[index];
    const isThere = held !== undefined && this.#compare(held, item) === 0;
    if (isThere) this.#size--;
    chunk.splice(index, isThere ? 1 : 0, item);
    if (chunk.length > CHUNK_MAX) chunks.splice(chunkIndex + 1, 0, chunk.splice(CHUNK_MAX / 2));
  }

  delete(item: Item): void {
    const chunkIndex = this.#chunkIndexOf(item);
    const chunk = this.#chunks[chunkIndex] ?? [];
    const index = firstIndexIn(chunk, item, this.#compare);
    const held = chunk[index];
    if (held === undefined || this.#compare(held, item) !== 0) return;
    chunk.splice(index, 1);
    this.#size--;
    if (chunk.length === 0) this.#chunks.splice(chunkIndex, 1);
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#size = 0;
  }

  *after(position?: Item): Iterable<Item> {
    const chunks = this.#chunks;
    let chunkIndex = position === undefined ? 0 : Math.max(0, this.#chunkIndexOf(position));
    let index =
      position === undefined
        ? 0
        : firstIndex(chunks[chunkIndex]?.length ?? 0, (at) => {
            const held = chunks[chunkIndex]?.[at];
            return held !== undefined && this.#compare(held, position) > 0;
          });
    for (; chunkIndex < chunks.length; chunkIndex++, index = 0) {
      const chunk = chunks[chunkIndex] ?? [];
      for (const item of index === 0 ? chunk : chunk.slice(index)) yield item;
    }
  }

  /** The chunk that holds the item or would; the last one for what comes after everything. */
  #chunkIndexOf(item: Item): number {
    const chunks = this.#chunks;
    const index = firstIndex(chunks.length, (at) => {
      const last = chunks[at]?.at(-1);
      return last !== undefined && this.#compare(last, item) >= 0;
    });
    return Math.min(index, chunks.length - 1);
  }
}

function firstIndexIn<Item>(chunk: readonly Item[], item: Item, compare: Compare<Item>): number {
  return firstIndex(chunk.length, (at) => {
    const held = chunk[at];
    return held !== undefined && compare(held, item) >= 0;
  });
}

/** The first of `length` indexes for which it holds, given that it holds for all after that; `length`: for none. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
