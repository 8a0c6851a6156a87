import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

// It makes one system call.
const SET_MS_MAX = 10_000;

/**
 * How many files a running process may have open; null: as many as it was ever allowed. Only the limit that it may raise by itself
 * is moved. Linux only. Throws when the system has no prlimit. Resolves with the limit that the kernel then has.
 */
export async function limitFiles(pid: number, filesMax: number | null): Promise<{ readonly filesMax: number }> {
  const limit = filesMax ?? (await limitsOf(pid)).hard;
  await execa('prlimit', ['--pid', String(pid), `--nofile=${limit}:`], { timeout: SET_MS_MAX });
  return { filesMax: Number((await limitsOf(pid)).soft) };
}

async function limitsOf(pid: number): Promise<{ readonly soft: string; readonly hard: string }> {
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  if (soft === undefined || hard === undefined) throw new Error(`expected a limit of open files of process ${pid}`);
  return { soft, hard };
}
