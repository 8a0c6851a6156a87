import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type Clock, msOf } from '../../model/clock.ts';
import { runDirectory } from '../../model/run-directory.ts';
import { startGuardian } from '../../run/guardian.ts';
import { inheritedEnvironment } from '../../targets/inherited-environment.ts';
import { type Cell, dataPath, interposeWords, piecesOf, stallMs, thinksOf, timeoutOf } from './cell.ts';
import type { Installation } from './installation.ts';
import { runsAt } from './run-facts.ts';
import { readToldLine, type ToldLine } from './told-line.ts';

export interface SessionOptions {
  readonly installation: Extract<Installation, { isReady: true }>;
  /** dist/harness/cli/main.js */
  readonly claimcheck: string;
  /** dist/src/main.js */
  readonly server: string;
  /** Where the run goes; runs of servers that the client starts again go beside it. */
  readonly out: string;
  readonly seed: number;
  /** For its server, over HTTP; nobody else's while it runs. */
  readonly port: number;
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Session {
  readonly told: readonly ToldLine[];
  /** It said nothing for too long and was ended. */
  readonly isHung: boolean;
  /** The interposed server did not come up, or did not end; null: it did both. */
  readonly trouble: string | null;
}

// The report is drawn when the client has gone.
const WRITTEN_MS_MAX = 30_000;
const LISTENING_MS_MAX = 30_000;
const STARTING_MS_MAX = 60_000;
const LOOK_MS = 50;

/**
 * Plays one cell: starts the client's program, and over HTTP the interposed server before it, until the client ends or says
 * nothing for longer than it may take. What it and its server print goes to <out>.client.log.
 */
export async function playCell(cell: Cell, options: SessionOptions): Promise<Session> {
  const { out, clock, signal } = options;
  signal.throwIfAborted();
  mkdirSync(dirname(out), { recursive: true });
  rmSync(dataPath(out), { recursive: true, force: true });
  const log = openSync(`${out}.client.log`, 'w');
  const guardian = startGuardian('');
  const children: ChildProcess[] = [];
  const start = (file: string, words: readonly string[]) => {
    const stdio: ['ignore', 'pipe', number] = ['ignore', 'pipe', log];
    // Groups of their own, so that what they started can be ended with them. Keys of ours are not for them, nor are settings by
    // which some of them would tell others what they do.
    const env = inheritedEnvironment(['TMPDIR']);
    const child = spawn(file, [...words], { stdio, env, detached: true, cwd: dirname(out) });
    children.push(child);
    if (child.pid !== undefined) guardian.add(child.pid);
    return child;
  };
  const interpose = [options.claimcheck, ...interposeWords(cell, options)];
  try {
    if (cell.transport === 'stdio') {
      const place = { command: process.execPath, args: interpose, cwd: dirname(out) };
      const heard = await listen(start, { cell, place }, options);
      return { ...heard, trouble: await written(options) };
    }
    const proxy = start(process.execPath, interpose);
    const known = new AbortController();
    const late = rest(clock, LISTENING_MS_MAX, AbortSignal.any([signal, known.signal]));
    const url = await Promise.race([firstLine(proxy), late]);
    known.abort();
    if (!url) return { told: [], isHung: false, trouble: 'the server behind claimcheck interpose did not come up' };
    const heard = await listen(start, { cell, place: { url } }, options);
    proxy.kill('SIGTERM');
    return { ...heard, trouble: await written(options) };
  } finally {
    // What is still there has had its time: a client that hung, and whatever it left behind.
    for (const { pid } of children) endGroup(pid);
    closeSync(log);
    rmSync(dataPath(out), { recursive: true, force: true });
    await guardian.close();
  }
}

interface Heard {
  readonly told: readonly ToldLine[];
  readonly isHung: boolean;
}

async function listen(
  start: (file: string, words: readonly string[]) => ChildProcess,
  { cell, place }: { readonly cell: Cell; readonly place: object },
  { installation, patienceMs, clock, signal }: SessionOptions,
): Promise<Heard> {
  const { dialect } = cell;
  const script = { place, dialect, timeoutMs: timeoutOf(cell), thinksMs: thinksOf(cell), work: piecesOf(cell) };
  const child = start(installation.node, [installation.program, JSON.stringify(script)]);
  const told: ToldLine[] = [];
  let heardAt = clock.now();
  let isGone = false;
  // 'exit', not 'close': what a client leaves behind may hold its pipe open.
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => {
    isGone = true;
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = readToldLine(text);
      if (line !== null) told.push(line);
      heardAt = clock.now();
    });
  }
  const stall = stallMs(cell, patienceMs);
  let isHung = false;
  while (!isGone) {
    await Promise.race([gone, rest(clock, LOOK_MS, signal)]);
    if (signal.aborted) break;
    // Until it has connected, it is starting: its server and its packages take longer than a short patience.
    const limitMs = told.length === 0 ? Math.max(stall, STARTING_MS_MAX) : stall;
    isHung = !isGone && msOf(clock.now() - heardAt) > limitMs;
    // It alone: its server notices that it is gone, and ends its run in order.
    if (isHung) break;
  }
  if (!isGone) child.kill('SIGKILL');
  await gone;
  // Lines that were on their way.
  await clock.sleep(LOOK_MS);
  signal.throwIfAborted();
  return { told, isHung };
}

/** null: every run at that place has its report. */
async function written({ out, clock, signal }: SessionOptions): Promise<string | null> {
  const isWritten = () => {
    const runs = runsAt(out);
    return runs.length > 0 && runs.every((run) => existsSync(runDirectory(run).report));
  };
  for (let waited = 0; !isWritten(); waited += LOOK_MS) {
    if (waited > WRITTEN_MS_MAX) {
      return runsAt(out).length === 0 ? 'claimcheck interpose was never started' : 'its run was cut short';
    }
    await clock.sleep(LOOK_MS, signal);
  }
  return null;
}

function firstLine(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve(null));
    child.once('error', () => resolve(null));
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
}

/** Resolves with null after so long, or when everything is to end. */
function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<null> {
  return clock.sleep(ms, signal).then(
    () => null,
    () => null, // The caller looks at the signal itself.
  );
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has gone, and all it started.
  }
}
