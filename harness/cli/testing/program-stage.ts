import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPackage } from '../package.ts';

export const PROGRAM = join(findPackage().root, 'dist/harness/cli/main.js');
/** The reference server as a file, for servers that wrap it. */
export const SERVER = join(findPackage().root, 'dist/src/main.js');
// Longer than any command here takes on a busy machine: it is there to end what hangs.
const ENDED_MS_MAX = 540_000;
const LOOK_MS = 50;
// What it wrote last may still be on its way through the pipe; on a busy machine that takes seconds.
const CLOSED_MS_MAX = 10_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it prints first; empty when it ends without a word. */
  readonly firstLine: Promise<string>;
  /** Resolves when that stands on its stderr; rejects when it ends without. */
  hasSaid(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** The built program in a folder of its own, with a scratch folder of its own. */
export interface ProgramStage extends Disposable {
  readonly cwd: string;
  /** Writes a file into the folder and returns its path. */
  file(name: string, text: string): string;
  start(...args: readonly string[]): Running;
  run(...args: readonly string[]): Promise<Ended>;
  read(path: string): string;
  /** Command lines of processes that name the folder or work in it, and what lies in the scratch folder. */
  left(): string[];
  /** Everything that stands in the folder but the scratch folder and what `file` wrote. */
  written(): string[];
}

/** `endedMsMax`: for commands that take minutes on a busy machine. */
export function openProgramStage(endedMsMax = ENDED_MS_MAX): ProgramStage {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: npm run build`);
  const cwd = mkdtempSync(join(tmpdir(), 'claimcheck-stage-'));
  const scratch = join(cwd, 'scratch');
  mkdirSync(scratch);
  const own = new Set(['scratch']);
  const children: ChildProcess[] = [];
  const start = (...args: readonly string[]): Running => {
    const env = { ...process.env, TMPDIR: scratch };
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString('utf8');
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), endedMsMax);
    const ended = new Promise<Ended>((resolve) => {
      child.once('exit', (code) => {
        clearTimeout(limit);
        // Its pipes may be held open by what it left behind, so 'close' is not waited for long.
        const finish = () => resolve({ code, ...said });
        const late = setTimeout(finish, CLOSED_MS_MAX);
        child.once('close', () => {
          clearTimeout(late);
          finish();
        });
      });
    });
    const firstLine = new Promise<string>((resolve) => {
      child.stdout.on('data', () => {
        const [line, ...more] = said.stdout.split('\n');
        if (more.length > 0) resolve(line ?? '');
      });
      void ended.then(() => resolve(''));
    });
    const hasSaid = async (text: string) => {
      const isEnded = ended.then(() => true);
      while (!said.stderr.includes(text)) {
        const isOver = await Promise.race([isEnded, sleep(LOOK_MS)]);
        if (isOver === true && !said.stderr.includes(text)) throw new Error(`it ended and never said ${text}`);
      }
    };
    return { pid: child.pid ?? 0, ended, firstLine, hasSaid, signal: (name) => child.kill(name) };
  };
  return {
    cwd,
    file(name, text) {
      const path = join(cwd, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      own.add(name.split('/')[0] ?? name);
      return path;
    },
    start,
    run: (...args) => start(...args).ended,
    read: (path) => readFileSync(join(cwd, path), 'utf8'),
    left: () => [...processesOf(cwd), ...readdirSync(scratch)],
    written: () => readdirSync(cwd).filter((name) => !own.has(name)),
    [Symbol.dispose]() {
      // Only where a test failed before its end; what they started ends with them.
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Command lines of processes that name the text or work in a folder that begins with it. */
export function processesOf(text: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const isOfIt = command.includes(text) || readlinkSync(`/proc/${pid}/cwd`).startsWith(text);
      return isOfIt && !isDying(pid) ? [command] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

/** It has been sent SIGKILL, which the system carries out when it comes to it. */
function isDying(pid: string): boolean {
  const pending = /^SigPnd:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${pending}`) & SIGKILL_BIT) !== 0n;
}

const SIGKILL_BIT = 1n << 8n;
