/**
 * What fakes keep beside an owner or a world, for the length of one run. A WeakMap would do the same, but the collector of
 * young garbage takes its keys for alive: whole runs would grow old before they are let go, thousands of them a minute.
 */
const forgetters: (() => void)[] = [];

/** A map that is empty again when the next run begins. */
export function keptForRun<Key extends object, Value>(): Map<Key, Value> {
  const kept = new Map<Key, Value>();
  forgetters.push(() => kept.clear());
  return kept;
}

/** Lets go of everything that was kept for the run before. */
export function forgetRun(): void {
  for (const forget of forgetters) forget();
}
