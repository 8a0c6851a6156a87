import { readdir, readFile } from 'node:fs/promises';
import type { Clock } from '../model/clock.ts';

const LIST_MS_MAX = 5_000;
const LOOK_MS = 5;
const SEEN_MS_MAX = 10_000; // The kernel acts within milliseconds; a process that waits for a slow disk takes longer.

/** A process and everything it started that still runs, itself first. */
export async function processTree(root: number): Promise<readonly number[]> {
  const childrenOf = new Map<number, number[]>();
  for (const { pid, parent } of await allProcesses()) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  const tree = [root];
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []));
  return tree;
}

interface Listed {
  readonly pid: number;
  readonly parent: number;
  /** As ps shows it: Z has ended. */
  readonly state: string;
}

async function allProcesses(): Promise<readonly Listed[]> {
  if (process.platform !== 'linux') {
    const { execa } = await import('execa');
    const { stdout } = await execa('ps', ['-axo', 'pid=,ppid=,state='], { timeout: LIST_MS_MAX, stdin: 'ignore' });
    return stdout.split('\n').map((line) => {
      const [pid, parent, state = ''] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state: state.slice(0, 1) };
    });
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const listed = await Promise.all(pids.map(listedProcess));
  return listed.filter((one) => one !== null);
}

/** null: it has gone meanwhile. */
async function listedProcess(pid: number): Promise<Listed | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name stands in brackets and may hold anything, brackets too; behind it come the state and the parent.
  const [state, parent] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return state === undefined || parent === undefined ? null : { pid, parent: Number(parent), state };
}

/** SIGKILL, SIGSTOP or SIGCONT to all of them; those that have gone meanwhile are no error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** Resolves when all of them have ended; one that nobody has asked for its exit yet has ended. Throws after a while. */
export function allGone(pids: readonly number[], clock: Clock): Promise<void> {
  return untilAll(pids, { clock, isDone: (state) => state === 'Z', what: 'outlived SIGKILL' });
}

/** Resolves when all of them are seen to stand still, or have ended meanwhile. Throws after a while. */
export function allStopped(pids: readonly number[], clock: Clock): Promise<void> {
  return untilAll(pids, { clock, isDone: (state) => state === 'T' || state === 'Z', what: 'do not stand still' });
}

async function untilAll(
  pids: readonly number[],
  how: { readonly clock: Clock; readonly isDone: (state: string) => boolean; readonly what: string },
): Promise<void> {
  const { clock, isDone, what } = how;
  const giveUpAt = clock.now() + SEEN_MS_MAX * 1e6;
  for (;;) {
    const left = (await allProcesses()).filter(({ pid, state }) => pids.includes(pid) && !isDone(state));
    if (left.length === 0) return;
    if (clock.now() >= giveUpAt) throw new Error(`processes ${left.map(({ pid }) => pid).join(', ')} ${what}`);
    await clock.sleep(LOOK_MS);
  }
}
