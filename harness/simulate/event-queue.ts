import type { Owner, Scheduled } from './world.ts';

/** What is to happen, in order of time, and of the same instant in the order in which it was asked for. */
export interface EventQueue {
  /** How many are still to come; cancelled ones are not. */
  readonly size: number;
  add(atMs: number, owner: Owner, act: () => void): Scheduled;
  /** Takes the next one out; undefined: there is none. */
  take(): DueEvent | undefined;
}

export interface DueEvent {
  readonly atMs: number;
  readonly owner: Owner;
  readonly act: () => void;
}

/**
 * A binary heap in an array. No Map or Set: entries come and go by the thousand, and the tables those outgrow keep whatever
 * stood in them alive, and each other, until the collector looks for old garbage.
 */
export function createEventQueue(): EventQueue {
  return new HeapQueue();
}

class HeapQueue implements EventQueue {
  readonly #heap: Entry[] = [];
  readonly #count: Count = { added: 0, live: 0 };

  get size(): number {
    return this.#count.live;
  }

  add(atMs: number, owner: Owner, act: () => void): Scheduled {
    this.#count.added += 1;
    this.#count.live += 1;
    const entry = new Entry(this.#count, atMs, owner, act);
    rise(this.#heap, entry);
    return entry;
  }

  take(): DueEvent | undefined {
    for (let entry = removeFirst(this.#heap); entry !== undefined; entry = removeFirst(this.#heap)) {
      if (entry.leave()) return entry;
    }
    return undefined;
  }
}

interface Count {
  added: number;
  live: number;
}

class Entry implements Scheduled, DueEvent {
  readonly atMs: number;
  readonly order: number;
  readonly owner: Owner;
  act: () => void;
  readonly #count: Count;
  #isPending = true;

  constructor(count: Count, atMs: number, owner: Owner, act: () => void) {
    this.atMs = atMs;
    this.order = count.added;
    this.owner = owner;
    this.act = act;
    this.#count = count;
  }

  /** What it held is let go of: it may stand in the heap for long. */
  cancel(): void {
    if (this.leave()) this.act = NOTHING;
  }

  /** false: it was cancelled, or taken before. */
  leave(): boolean {
    if (!this.#isPending) return false;
    this.#isPending = false;
    this.#count.live -= 1;
    return true;
  }
}

const NOTHING = () => {};

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}

function rise(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function removeFirst(heap: Entry[]): Entry | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || first === last) return first;
  let index = 0;
  for (;;) {
    const childIndex = smallerChild(heap, index);
    const child = heap[childIndex];
    if (child === undefined || !isBefore(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
  return first;
}

function smallerChild(heap: readonly Entry[], index: number): number {
  const left = 2 * index + 1;
  const a = heap[left];
  const b = heap[left + 1];
  return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
}
