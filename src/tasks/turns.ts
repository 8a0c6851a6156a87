/** Sections that must not overlap, told apart by a name. Those of one name run one after another, in the order of asking. */
export interface Turns {
  /** Runs the section when its turn has come; settles as it does. A section must not ask for a turn of its own name. */
  take<T>(name: string, section: () => Promise<T>): Promise<T>;
  /** Nobody has a turn of that name: who asks now, and does what he has to do at once, comes before everybody else. */
  isFree(name: string): boolean;
}

export function createTurns(): Turns {
  const tails = new Map<string, Promise<void>>();
  return {
    isFree: (name) => !tails.has(name),
    take(name, section) {
      const result = (tails.get(name) ?? Promise.resolve()).then(section);
      const tail = result.then(forget, forget); // Its caller gets the error; the next section runs all the same.
      tails.set(name, tail);
      return result;

      function forget(): void {
        if (tails.get(name) === tail) tails.delete(name);
      }
    },
  };
}
