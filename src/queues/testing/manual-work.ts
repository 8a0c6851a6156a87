/** Work that ends when it is told to, and remembers in which order it was begun. */
export interface ManualWork {
  readonly started: readonly string[];
  readonly run: (id: string) => Promise<void>;
  end(id: string): void;
}

export function createManualWork(): ManualWork {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    run: (id) =>
      new Promise((resolve) => {
        started.push(id);
        ends.set(id, resolve);
      }),
    end(id) {
      const end = ends.get(id);
      if (end === undefined) throw new Error(`'${id}' does not run`);
      ends.delete(id);
      end();
    },
  };
}
