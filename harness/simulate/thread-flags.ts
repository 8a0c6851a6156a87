import { setFlagsFromString } from 'node:v8';

/** What a thread that loads modules must be started with (`execArgv`). */
export const MODULE_THREAD_FLAGS = [
  '--experimental-vm-modules',
  '--experimental-import-meta-resolve',
  '--no-warnings',
] as const;

/** Nearly all a simulated run makes is short-lived: with room for it, collecting garbage takes a fifth less of the whole. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 8192 } as const;

/**
 * Lets heaps grow by half between two collections of old garbage. With this much room allowed V8 would let them grow to four times
 * what is in use: a virtual day of a thousand agents would take gigabytes of which it needs a fraction.
 */
export function keepHeapsClose(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
