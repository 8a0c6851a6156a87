import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSystemClock } from '../model/clock.ts';
import { mayMount } from '../services/mount-right.ts';
import { startGuardian } from './guardian.ts';
import { mountSmallDisk } from './small-disk.ts';

const clock = createSystemClock();

/** Whether there is no room for a file; one that fits is taken away again. */
function isRefused(file: string): boolean {
  try {
    writeFileSync(file, Buffer.alloc(100_000));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return true;
    throw error;
  }
  rmSync(file);
  return false;
}

const isMounted = (folder: string) => readFileSync('/proc/self/mounts', 'utf8').includes(` ${folder} `);

test.skipIf(!mayMount())('a small disk is full, has room again and is gone (needs root: sudo npm test)', async () => {
  const base = mkdtempSync(join(tmpdir(), 'claimcheck-disk-'));
  const folder = join(base, 'data');
  const file = join(folder, 'file');
  try {
    {
      await using disk = await mountSmallDisk({ folder, megabytes: 2, clock });
      writeFileSync(file, 'before');
      disk.fill();
      expect(() => writeFileSync(file, Buffer.alloc(100_000), { flag: 'a' })).toThrow(/ENOSPC/);
      expect(readFileSync(file, 'utf8').slice(0, 6)).toBe('before');
      rmSync(file);
      // What others free is taken too, after a moment.
      await expect.poll(() => isRefused(file)).toBe(true);
      expect((await disk.free()).refused).toBeGreaterThan(0);
      writeFileSync(file, Buffer.alloc(100_000));
      expect(await disk.free()).toEqual({ refused: 0 });
    }
    expect(isMounted(folder)).toBe(false);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

test.skipIf(!mayMount())('the guardian takes a disk down that nobody did (needs root: sudo npm test)', async () => {
  const base = mkdtempSync(join(tmpdir(), 'claimcheck-disk-'));
  const guardian = startGuardian(base);
  const disk = await mountSmallDisk({ folder: join(base, 'data'), megabytes: 2, clock });
  await guardian.close();
  expect([isMounted(join(base, 'data')), existsSync(base)]).toEqual([false, false]);
  await disk[Symbol.asyncDispose]();
});
