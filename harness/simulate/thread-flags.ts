/** What a thread that loads modules must be started with (`execArgv`). */
export const MODULE_THREAD_FLAGS = [
  '--experimental-vm-modules',
  '--experimental-import-meta-resolve',
  '--no-warnings',
] as const;

/** Nearly all a simulated run makes is short-lived: with room for it, collecting garbage takes a fifth less of the whole. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 8192 } as const;
