import { spawn } from 'node:child_process';
import { UsageError } from '../model/usage-error.ts';
import type { Guardian } from './guardian.ts';

// A `prepare` command may build or migrate something, but it must end.
const PREPARE_MS_MAX = 120_000;
/** Of its stderr, in an error. */
const SAID_CHARS_MAX = 500;

export interface PrepareOptions {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly guardian: Guardian;
  readonly signal: AbortSignal;
}

/**
 * Runs the profile's `prepare` in a process group of its own, which does not outlive this run. Throws a UsageError when it
 * fails or takes too long, and the signal's reason when that is aborted.
 */
export async function prepare(command: string, { dir, env, guardian, signal }: PrepareOptions): Promise<void> {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: dir,
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) guardian.add(pid);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-SAID_CHARS_MAX);
  });
  let isLate = false;
  const end = () => endGroup(pid);
  const limit = setTimeout(() => {
    isLate = true;
    end();
  }, PREPARE_MS_MAX);
  signal.addEventListener('abort', end, { once: true });
  try {
    const how = await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // Not 'close': something it left in the background may keep the pipe open.
      child.once('exit', (code, name) => resolve(code === 0 ? null : `it ended with ${name ?? `exit code ${code}`}`));
    });
    signal.throwIfAborted();
    if (how === null) return;
    const why = isLate ? `it did not end within ${PREPARE_MS_MAX} ms` : how;
    throw new UsageError(`target.prepare failed: ${why}.\n  command: ${command}\n${said}`);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', end);
    child.stderr.destroy();
    end();
    if (pid !== undefined) guardian.remove(pid);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nothing of it is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
