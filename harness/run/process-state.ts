import { readFile, readlink } from 'node:fs/promises';
import type { Clock } from '../model/clock.ts';
import type { Started, StartHow } from '../model/fault.ts';

const LOOK_MS = 5;
const STOPPED_MS_MAX = 10_000; // The kernel stops a process within microseconds; one that waits for a slow disk later.

/** Waits until a process is seen to stand still after SIGSTOP. Throws when it does not, or is gone. */
export async function stoppedState(pid: number, clock: Clock): Promise<string> {
  const giveUpAt = clock.now() + STOPPED_MS_MAX * 1e6;
  for (;;) {
    const state = await stateOf(pid);
    if (state.startsWith('T')) return state;
    if (clock.now() >= giveUpAt) throw new Error(`process ${pid} does not stand still after SIGSTOP: state ${state}`);
    await clock.sleep(LOOK_MS);
  }
}

/** Of the limits that were asked for, what the process is found to have. Linux only; elsewhere nothing is known. */
export async function foundLimits(
  pid: number,
  { heapMb = null, isLogUnread = false }: StartHow,
): Promise<Pick<Started, 'heapMb' | 'log'>> {
  if (process.platform !== 'linux') return {};
  return {
    ...(heapMb === null ? {} : await heapLimitOf(pid)),
    ...(isLogUnread ? { log: await readlink(`/proc/${pid}/fd/2`) } : {}),
  };
}

/** The limit of the heap that a process of Node was started with, as its environment has it. */
async function heapLimitOf(pid: number): Promise<{ readonly heapMb?: number }> {
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  const options = environment.find((line) => line.startsWith('NODE_OPTIONS=')) ?? '';
  const limit = /--max-old-space-size=(\d+)/.exec(options)?.[1];
  return limit === undefined ? {} : { heapMb: Number(limit) };
}

/** The state letter as ps shows it: T is stopped. */
async function stateOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') {
    const { execa } = await import('execa');
    const { stdout } = await execa('ps', ['-o', 'state=', '-p', String(pid)], { timeout: STOPPED_MS_MAX });
    return stdout.trim();
  }
  const line = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may hold anything, brackets too.
  return line.slice(line.lastIndexOf(')') + 2, line.lastIndexOf(')') + 3);
}
