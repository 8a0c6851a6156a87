import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { UsageError } from '../model/usage-error.ts';

const MOUNT_MS_MAX = 10_000;
const LOOK_MS = 50;
const BLOCK = Buffer.alloc(64 * 1024);

/** A disk in memory, small enough to be filled in a moment. */
export interface SmallDisk extends AsyncDisposable {
  /** Fills it up, and keeps it full: what others free meanwhile is taken too. */
  fill(): void;
  /** Gives the room back. `refused`: our own writes that the full disk refused, each as ENOSPC. */
  free(): Promise<{ readonly refused: number }>;
}

/** Mounts it at `folder`, which is made when it is missing. Throws a UsageError when the system does not let us. */
export async function mountSmallDisk(options: {
  readonly folder: string;
  readonly megabytes: number;
  readonly clock: Clock;
}): Promise<SmallDisk> {
  const { folder, megabytes, clock } = options;
  mkdirSync(folder, { recursive: true });
  const { execa } = await import('execa');
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'claimcheck', folder], {
    reject: false,
    timeout: MOUNT_MS_MAX,
  });
  if (mounted.exitCode !== 0) {
    throw new UsageError(
      `A small disk for F22 cannot be mounted at ${folder}: ${mounted.stderr || mounted.shortMessage}`,
    );
  }
  const ballast = join(folder, 'ballast');
  let filling: { readonly stop: AbortController; readonly done: Promise<number> } | null = null;

  async function keepFull(signal: AbortSignal): Promise<number> {
    let refused = 0;
    const file = openSync(ballast, 'a');
    try {
      while (!signal.aborted) {
        refused += fillUp(file);
        await clock.sleep(LOOK_MS, signal).catch(() => {});
      }
      return refused;
    } finally {
      closeSync(file);
    }
  }
  const free = async () => {
    filling?.stop.abort(new Error('there is room again'));
    const refused = (await filling?.done) ?? 0;
    filling = null;
    rmSync(ballast, { force: true });
    return { refused };
  };
  return {
    fill() {
      const stop = new AbortController();
      filling ??= { stop, done: keepFull(stop.signal) };
    },
    free,
    async [Symbol.asyncDispose]() {
      await free();
      // Lazily: a process that is still ending may have a file open there.
      const { execa } = await import('execa');
      await execa('umount', ['-l', folder], { reject: false, timeout: MOUNT_MS_MAX });
    },
  };
}

/** Writes until nothing more fits; 1: the last write was refused for want of room. */
function fillUp(file: number): number {
  try {
    for (;;) writeSync(file, BLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 1;
    throw error;
  }
}
