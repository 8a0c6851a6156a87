import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { LinePeer } from '../execution/line-peer.ts';
import { slices } from '../execution/spoilt-message.ts';
import type { Guardian } from './guardian.ts';
import { createLineLimit } from './line-limit.ts';
import { limitLog } from './log-limit.ts';

const NEWLINE = Buffer.from('\n');

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One boot of the server under test: a child in a process group of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** null while it runs. */
  exit(): Exit | null;
  /** One line to its stdin; false: it is gone or its pipe is closed. `bytes`: the line, where it is no text. */
  write(line: string, bytes?: Uint8Array): boolean;
  /** A part of a line. */
  writePart(bytes: Uint8Array): boolean;
  /** Nobody reads its stdout, or somebody does again; gives how many bytes are waiting on our side of the pipe. */
  holdOutput(isHeld: boolean): number;
  /** Lines of its stdout (stdio transport); ignored output otherwise. */
  readonly lines: Interface | null;
  signal(name: NodeJS.Signals, scope: 'process' | 'group'): void;
  endInput(): void;
}

/**
 * Starts the child; its stderr goes straight into a file, so that a crash of ours loses nothing and a flood costs us nothing.
 * Rejects when it cannot be started at all (no such program, not executable).
 */
export async function startServerProcess(options: {
  readonly launch: Launch;
  readonly stderrPath: string;
  readonly speaksOnPipes: boolean;
  readonly guardian: Guardian;
  /** Nobody reads its stderr while it runs. */
  readonly isLogUnread?: boolean;
}): Promise<ServerProcess> {
  const stderr = openSync(options.stderrPath, 'a');
  let child: ChildProcess;
  try {
    child = spawn(options.launch.file, [...options.launch.args], {
      cwd: options.launch.cwd,
      env: { ...options.launch.env },
      // A group of its own: a Ctrl-C at the terminal reaches the harness only, and a kill can take children along.
      detached: true,
      stdio: ['pipe', options.speaksOnPipes ? 'pipe' : stderr, options.isLogUnread ? 'pipe' : stderr],
    });
  } finally {
    closeSync(stderr);
  }
  const { pid } = await new Promise<{ pid: number }>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve({ pid: child.pid ?? 0 }));
  });
  options.guardian.add(pid);
  const stopLimit = limitLog(options.stderrPath);
  let exit: Exit | null = null;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      // What nobody read while it ran belongs into its log all the same.
      child.stderr?.on('data', (chunk: Buffer) => appendFileSync(options.stderrPath, chunk));
      stopLimit();
      resolve(exit);
    });
  });
  // Writing to a server that has just died raises EPIPE here; `write` has already told its caller what it knew.
  child.stdin?.on('error', () => {});
  const input = child.stdout?.pipe(createLineLimit()) ?? null;
  const lines = input ? createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }) : null;
  const writePart = (part: string | Uint8Array) => {
    if (exit !== null || !child.stdin?.writable) return false;
    child.stdin.write(part);
    return true;
  };
  return {
    pid,
    exited,
    exit: () => exit,
    lines,
    write(line, bytes) {
      return writePart(bytes === undefined ? `${line}\n` : Buffer.concat([bytes, NEWLINE]));
    },
    writePart,
    signal(name, scope) {
      try {
        process.kill(scope === 'group' ? -pid : pid, name);
      } catch (error) {
        // It went by itself between our look and our signal.
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    },
    endInput: () => {
      child.stdin?.end();
    },
    holdOutput(isHeld) {
      const waiting = (child.stdout?.readableLength ?? 0) + (input?.readableLength ?? 0);
      if (isHeld) lines?.pause();
      else lines?.resume();
      return waiting;
    },
  };
}

/** The process as the far end of its pipes. */
export function processPeer(server: ServerProcess, sleep: (ms: number) => Promise<void>): LinePeer {
  /** Lines behind one that is on its way in pieces; null: none is. */
  let behind: { readonly line: string; readonly bytes: Uint8Array | undefined }[] | null = null;
  return {
    write(line, bytes) {
      if (behind === null) return server.write(line, bytes);
      behind.push({ line, bytes });
      return server.exit() === null;
    },
    async trickle(line, pace) {
      // Two at a time: the second goes whole behind the first.
      if (behind !== null) return behind.push({ line, bytes: undefined }) > 0;
      behind = [];
      let isSent = true;
      for await (const slice of slices(Buffer.from(`${line}\n`), pace, sleep))
        isSent = server.writePart(slice) && isSent;
      const waiting = behind;
      behind = null;
      for (const next of waiting) server.write(next.line, next.bytes);
      return isSent;
    },
    isGone: () => server.exit() !== null,
    onLine: (listener) => {
      server.lines?.on('line', listener);
    },
    onClose(listener) {
      server.lines?.once('close', () => listener('the server closed its stdout'));
      void server.exited.then(({ code, signal }) => listener(`the server exited (${signal ?? `code ${code}`})`));
    },
  };
}
