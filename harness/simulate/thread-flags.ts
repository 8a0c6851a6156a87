/** What a thread that loads modules must be started with (`execArgv`). */
export const MODULE_THREAD_FLAGS = [
  '--experimental-vm-modules',
  '--experimental-import-meta-resolve',
  '--no-warnings',
] as const;
