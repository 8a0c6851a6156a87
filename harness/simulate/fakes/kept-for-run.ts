/** What fakes keep beside an owner or a world, for the length of one run. */
export interface KeptForRun<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
}

const forgetters: (() => void)[] = [];

/**
 * Empty again when the next run begins. Every run has a table of its own: a WeakMap takes the values of dead keys for alive until
 * old garbage is collected, and the table that a Map.clear() leaves behind keeps what was in it and leads to the next one. In
 * either, whole runs would grow old before they are let go, thousands of them a minute.
 */
export function keptForRun<Key extends object, Value>(): KeptForRun<Key, Value> {
  let kept = new Map<Key, Value>();
  forgetters.push(() => {
    kept = new Map();
  });
  return {
    get: (key) => kept.get(key),
    set: (key, value) => {
      kept.set(key, value);
    },
    delete: (key) => {
      kept.delete(key);
    },
  };
}

/** Lets go of everything that was kept for the run before. */
export function forgetRun(): void {
  for (const forget of forgetters) forget();
}
