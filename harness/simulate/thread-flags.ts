import { setFlagsFromString } from 'node:v8';

/** What a thread that loads modules must be started with (`execArgv`). */
export const MODULE_THREAD_FLAGS = [
  '--experimental-vm-modules',
  '--experimental-import-meta-resolve',
  '--no-warnings',
] as const;

/**
 * Nearly all a simulated run makes is short-lived, and little of it outlives a virtual second: with room for that much, the
 * collector has a third of the work, and a run takes a quarter less.
 */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 192, maxOldGenerationSizeMb: 8192 } as const;

/**
 * Lets heaps grow by half between two collections of old garbage. With this much room allowed V8 would let them grow to four times
 * what is in use: a virtual day of a thousand agents would take gigabytes of which it needs a fraction.
 */
export function keepHeapsClose(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/**
 * Keeps V8 from making objects old at birth where many of a kind have lived for long: a thousand clients that greet at once
 * make it think so of every request to come. What is born old is garbage until the collector looks for old garbage, and so
 * is all that it leads to: half of what a request leaves behind (17 kB, without this 8).
 */
export function keepObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * Makes V8 compile every function when it is first called instead of when it has been interpreted for a while, and take notes for
 * the compiler from its first call on. A run calls a thousand functions, most of them a few times: the first thousand runs take a
 * sixth less, and starting costs no more.
 */
export function compileEarly(): void {
  setFlagsFromString('--always-sparkplug');
  setFlagsFromString('--no-lazy-feedback-allocation');
}
