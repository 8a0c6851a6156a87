/** Ids of the last `forMs`. */
export interface RecentIds {
  add(id: string): void;
  delete(id: string): void;
  has(id: string): boolean;
}

export function createRecentIds(forMs: number): RecentIds {
  const since = new Map<string, number>(); // In the order of adding, so the oldest come first.

  function forget(): void {
    const oldest = performance.now() - forMs;
    for (const [id, at] of since) {
      if (at > oldest) return;
      since.delete(id);
    }
  }
  return {
    add(id) {
      forget();
      since.delete(id);
      since.set(id, performance.now());
    },
    delete: (id) => {
      since.delete(id);
    },
    has(id) {
      forget();
      return since.has(id);
    },
  };
}
