/** Items that are dealt with together: what comes in one turn of the event loop, or while the last batch is on its way. */
export interface Batch<Item> {
  add(item: Item): void;
  /** How many are waiting or on their way. */
  size(): number;
  /** Resolves when none is. */
  flush(): Promise<void>;
}

/** `run` never rejects, and never runs twice at a time. */
export function createBatch<Item>(run: (items: readonly Item[]) => Promise<void>): Batch<Item> {
  let waiting: Item[] = [];
  let runningCount = 0;
  let drained: Promise<void> | undefined;

  async function drain(): Promise<void> {
    // A turn of the event loop: whoever comes in it belongs to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      runningCount = items.length;
      await run(items);
      runningCount = 0;
    }
    drained = undefined;
  }

  return {
    add(item) {
      waiting.push(item);
      drained ??= drain();
    },
    size: () => waiting.length + runningCount,
    async flush() {
      await drained;
    },
  };
}
