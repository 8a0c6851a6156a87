import type { Owner } from './world.ts';

/** What is to happen, in order of time, and of the same instant in the order in which it was asked for. */
export interface EventQueue {
  /** How many are still to come; cancelled ones are not. */
  readonly size: number;
  add(atMs: number, owner: Owner, act: () => void): Scheduled;
  /** Takes the next one out; undefined: there is none. */
  take(): { readonly atMs: number; readonly owner: Owner; readonly act: () => void } | undefined;
}

export interface Scheduled {
  /** It will not happen; what it held is let go of. */
  cancel(): void;
}

/**
 * A binary heap in an array. No Map or Set: entries come and go by the thousand, and the tables those outgrow keep whatever
 * stood in them alive, and each other, until the collector looks for old garbage.
 */
export function createEventQueue(): EventQueue {
  const heap: Entry[] = [];
  let added = 0;
  let live = 0;
  return {
    get size() {
      return live;
    },
    add(atMs, owner, act) {
      added += 1;
      live += 1;
      const entry = new Entry(atMs, added, owner, act);
      rise(heap, entry);
      return {
        cancel() {
          if (entry.act === null) return;
          live -= 1;
          entry.act = null;
          entry.owner = null;
        },
      };
    },
    take() {
      for (let entry = removeFirst(heap); entry !== undefined; entry = removeFirst(heap)) {
        const { atMs, owner, act } = entry;
        if (owner === null || act === null) continue;
        live -= 1;
        // A cancel that comes later finds nothing.
        entry.act = null;
        entry.owner = null;
        return { atMs, owner, act };
      }
      return undefined;
    },
  };
}

class Entry {
  readonly atMs: number;
  readonly order: number;
  /** null: cancelled, or taken. */
  owner: Owner | null;
  act: (() => void) | null;

  constructor(atMs: number, order: number, owner: Owner, act: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.owner = owner;
    this.act = act;
  }
}

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
